/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "tern-message.h"

G_BEGIN_DECLS

/**
 * TernFolderChanges:
 * @folder_id: the folder
 * @added: (element-type TernRowKey): rows that came, in no order
 * @removed: (element-type TernRowKey): rows that went, in no order
 * @changed: (element-type TernRowKey): rows whose flags, snippet or other content changed
 * @counts: whether the folder's total or unread changed
 *
 * What changed in one folder's list. A key is in one of the arrays only.
 */
typedef struct
{
  gint64 folder_id;
  GArray *added;
  GArray *removed;
  GArray *changed;
  gboolean counts;
} TernFolderChanges;

#define TERN_TYPE_CHANGES (tern_changes_get_type ())

/**
 * TernChanges:
 *
 * A batch of changes to the cache. One thread fills it; once given away nobody changes it any more,
 * and it may cross threads.
 */
typedef struct _TernChanges TernChanges;

GType tern_changes_get_type (void);
TernChanges *tern_changes_new (void);
TernChanges *tern_changes_ref (TernChanges *self);
void tern_changes_unref (TernChanges *self);
gboolean tern_changes_is_empty (const TernChanges *self);

void tern_changes_merge (TernChanges *self, const TernChanges *later);
void tern_changes_add (TernChanges *self, gint64 folder_id, TernRowKey key);
void tern_changes_remove (TernChanges *self, gint64 folder_id, TernRowKey key);
void tern_changes_change (TernChanges *self, gint64 folder_id, TernRowKey key);
void tern_changes_counts (TernChanges *self, gint64 folder_id);
void tern_changes_folders (TernChanges *self, gint64 account_id);
void tern_changes_account (TernChanges *self, gint64 account_id);

const TernFolderChanges *tern_changes_get_folder (const TernChanges *self, gint64 folder_id);
GPtrArray *tern_changes_list (const TernChanges *self);
gboolean tern_changes_has_folder_list (const TernChanges *self, gint64 account_id);
GArray *tern_changes_list_accounts (const TernChanges *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernChanges, tern_changes_unref)

G_END_DECLS
