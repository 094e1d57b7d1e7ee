/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-core.h"

G_BEGIN_DECLS

/* Decides which accounts are watched; belongs to the core. */
typedef struct _TernWatcher TernWatcher;

TernWatcher *tern_watcher_new (TernCore *core);
void tern_watcher_free (TernWatcher *self);
void tern_watcher_update (TernWatcher *self);
void tern_watcher_add_account (TernWatcher *self, gint64 account_id);
void tern_watcher_remove_account (TernWatcher *self, gint64 account_id);
void tern_watcher_set_viewed_folder (TernWatcher *self, gint64 folder_id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernWatcher, tern_watcher_free)

G_END_DECLS
