/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TernGraphAttachment:
 * @id: its id
 * @name: its file name, UTF-8
 * @type: `type/subtype`, lower case
 * @size: bytes, about
 * @content_id: (nullable): what the letter's text calls it, without angle brackets
 * @is_inline: whether the text shows it
 * @is_letter: whether it is a message
 */
typedef struct
{
  char *id;
  char *name;
  char *type;
  guint64 size;
  char *content_id;
  gboolean is_inline;
  gboolean is_letter;
} TernGraphAttachment;

void tern_graph_attachment_free (TernGraphAttachment *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernGraphAttachment, tern_graph_attachment_free)

G_END_DECLS
