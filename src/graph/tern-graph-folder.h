/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TernGraphFolder:
 * @id: its id
 * @name: its own name, UTF-8
 * @parent: (nullable): the id of the folder above, which is the mailbox's root for one at the top
 * @well_known: (nullable): what it is for, such as "inbox"; a static string
 * @total: messages in it, -1 where unknown
 * @unread: unread ones among them, -1 where unknown
 * @children: folders right below it
 */
typedef struct
{
  char *id;
  char *name;
  char *parent;
  const char *well_known;
  gint total;
  gint unread;
  gint children;
} TernGraphFolder;

void tern_graph_folder_free (TernGraphFolder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernGraphFolder, tern_graph_folder_free)

G_END_DECLS
