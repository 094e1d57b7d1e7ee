/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "tern-account.h"
#include "tern-channel.h"
#include "tern-core.h"
#include "tern-engine.h"

G_BEGIN_DECLS

/* Does one account's work: keeps its channel, its state, its running syncs and its operation log
 * going. Functions that take a GTask (transfer full) return it when they are done. */
#define TERN_TYPE_RUNNER (tern_runner_get_type ())
G_DECLARE_FINAL_TYPE (TernRunner, tern_runner, TERN, RUNNER, GObject)

TernRunner *tern_runner_new (TernCore *core, TernAccount *account);
void tern_runner_close (TernRunner *self);
void tern_runner_retry (TernRunner *self);
void tern_runner_forget_channel (TernRunner *self);
TernStatus *tern_runner_dup_status (TernRunner *self);
gint64 tern_runner_get_account_id (TernRunner *self);

/* tern-runner-accounts.c */
void tern_runner_probe (TernRunner *self, GTask *task);
void tern_runner_set_password (TernRunner *self, const char *password, GTask *task);
void tern_runner_trust (TernRunner *self, const char *fingerprint, GTask *task);
void tern_runner_remove_account (TernRunner *self, GTask *task);
void tern_core_add_account (TernCore *core,
                            TernAccount *account,
                            const char *password,
                            const char *fingerprint,
                            GTask *task);
void tern_core_add_signed_in (
    TernCore *core, TernAccount *account, guint sign_in, const char *fingerprint, GTask *task);
void tern_runner_sign_in_again (TernRunner *self, guint sign_in, GTask *task);

/* tern-runner-folders.c */
void tern_runner_refresh_folders (TernRunner *self, TernFetchPolicy policy, GTask *task);

/* tern-runner-sync.c */
void tern_runner_sync_folder (
    TernRunner *self, gint64 folder_id, TernFetchPolicy policy, TernUrgency urgency, GTask *task);

/* tern-runner-background.c */
void tern_runner_check_folders (TernRunner *self, GPtrArray *folders, GTask *task);
void tern_runner_continue_background (TernRunner *self);

/* tern-runner-watch.c */
void tern_runner_watch (TernRunner *self, gint64 viewed_folder);
void tern_runner_unwatch (TernRunner *self);
void tern_runner_suspend (TernRunner *self);
void tern_runner_resume (TernRunner *self);

/* tern-runner-snippets.c */
void tern_runner_request_snippets (TernRunner *self, gint64 folder_id, const gint64 *ids, gsize n);

/* tern-runner-bodies.c */
void tern_runner_want_bodies (TernRunner *self, gint64 folder_id);
void tern_runner_fetch_bodies (TernRunner *self, gint64 folder_id, GTask *task);
void tern_runner_continue_bodies (TernRunner *self);
void tern_runner_set_body_days (TernRunner *self, int days, GTask *task);

/* tern-runner-letters.c */
void tern_runner_open_letter (TernRunner *self,
                              TernMessage *message,
                              TernFetchPolicy policy,
                              TernUrgency urgency,
                              GTask *task);

/* tern-runner-parts.c */
void
tern_runner_load_part (TernRunner *self, TernMessage *message, const char *part_id, GTask *task);
void tern_runner_save_part (TernRunner *self,
                            TernMessage *message,
                            const char *part_id,
                            GFile *file,
                            GFileProgressCallback progress,
                            gpointer progress_data,
                            GTask *task);

/* tern-runner-search.c */
void
tern_runner_search (TernRunner *self, gint64 folder_id, TernQuery *query, guint limit, GTask *task);

/* tern-runner-operations.c */
gboolean tern_runner_has_operations (TernRunner *self);
void tern_runner_replay (TernRunner *self);
void tern_runner_flush (TernRunner *self, GTask *task);

/* tern-runner-changes.c */
void tern_runner_apply (TernRunner *self, TernOperation *operation, GTask *task);
void tern_runner_undo (TernRunner *self, TernOperation *operation, GTask *task);

G_END_DECLS
