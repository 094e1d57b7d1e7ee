/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "tern-account-line.h"
#include "tern-account.h"
#include "tern-changes.h"
#include "tern-event.h"
#include "tern-folder.h"
#include "tern-import-report.h"
#include "tern-letter.h"
#include "tern-message.h"
#include "tern-operation.h"
#include "tern-query.h"
#include "tern-route.h"
#include "tern-search-result.h"
#include "tern-service.h"
#include "tern-sign-in-offer.h"
#include "tern-status.h"

G_BEGIN_DECLS

/**
 * TernFetchPolicy:
 * @TERN_FETCH_CACHED: what is kept, never the network
 * @TERN_FETCH_VALIDATE: what is kept at once; the network only where that is missing, older than
 * its time to live, or invalidated
 * @TERN_FETCH_FORCE: asks the server whatever the age
 */
typedef enum
{
  TERN_FETCH_CACHED,
  TERN_FETCH_VALIDATE,
  TERN_FETCH_FORCE,
} TernFetchPolicy;

#define TERN_TYPE_ENGINE (tern_engine_get_type ())
G_DECLARE_FINAL_TYPE (TernEngine, tern_engine, TERN, ENGINE, GObject)

/* Signals, emitted in the main context in which the engine was made, at most one of a kind per
 * frame:
 *   changed (TernChanges)                       what changed in the cache
 *   status (TernStatus)                         how an account is doing
 *   events ()                                   tern_engine_read_events() has more
 *   operation-failed (TernOperation, GError)    a change was refused and is undone
 *   struck-out (TernOperation)                  its messages stay in their folder, struck out, for
 *                                               the server cannot remove exactly them
 */
TernEngine *tern_engine_new (const char *profile_dir);
void tern_engine_open_async (TernEngine *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
void tern_engine_open_reader_async (TernEngine *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
gboolean tern_engine_open_finish (TernEngine *self, GAsyncResult *result, GError **error);
void tern_engine_close (TernEngine *self);
/* From now on letters are fetched before anybody opens them, as the accounts' settings say. */
void tern_engine_start_background (TernEngine *self);

/* Bounded reads of the cache, without waiting, on the thread that made the engine. Before the
 * database exists they return empty arrays. All: (transfer full). */
GPtrArray *tern_engine_read_accounts (TernEngine *self, GError **error);
TernAccount *tern_engine_read_account (TernEngine *self, gint64 account_id, GError **error);
TernFolder *tern_engine_read_first_inbox (TernEngine *self);
GPtrArray *tern_engine_read_folders (TernEngine *self, gint64 account_id, GError **error);
TernFolder *tern_engine_read_folder (TernEngine *self, gint64 folder_id, GError **error);
/* @from (nullable): the first row wanted; rows in list order (TernRowKey). */
GPtrArray *tern_engine_read_page (
    TernEngine *self, gint64 folder_id, const TernRowKey *from, guint limit, GError **error);
TernMessage *tern_engine_read_message (TernEngine *self, gint64 message_id, GError **error);
TernStatus *tern_engine_dup_status (TernEngine *self, gint64 account_id);
/* (array of TernEvent, the oldest first) */
GPtrArray *tern_engine_read_events (TernEngine *self, gint64 account_id, guint64 *position);

/* Accounts. Adding signs in first and keeps nothing where that fails; TERN_ERROR_CERTIFICATE
 * carries the fingerprint (tern_error_get_detail()), with which it can be called again. */
void tern_engine_add_account_async (TernEngine *self,
                                    TernAccount *account,
                                    const char *password,
                                    const char *trust_fingerprint,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
TernAccount *
tern_engine_add_account_finish (TernEngine *self, GAsyncResult *result, GError **error);
/* Keeps the good ones of @lines (TernAccountLine) without asking any server; of those whose address
 * there is, only where @replace, and only what they sign in with. Cancelled, it stops between two
 * steps: the report tells what was done. */
void tern_engine_import_accounts_async (TernEngine *self,
                                        GPtrArray *lines,
                                        gboolean replace,
                                        const char *group,
                                        GCancellable *cancellable,
                                        GFileProgressCallback progress,
                                        gpointer progress_data,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
TernImportReport *
tern_engine_import_accounts_finish (TernEngine *self, GAsyncResult *result, GError **error);
/* By what accounts are found; each for any number of them. Finish with tern_engine_label_finish().
 */
void tern_engine_set_group_async (TernEngine *self,
                                  const gint64 *ids,
                                  gsize n,
                                  const char *group,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
void tern_engine_change_tags_async (TernEngine *self,
                                    const gint64 *ids,
                                    gsize n,
                                    const char *add,
                                    const char *remove,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
/* Whether their inboxes are watched while nobody looks at them. */
void tern_engine_set_notify_async (TernEngine *self,
                                   const gint64 *ids,
                                   gsize n,
                                   gboolean notify,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean tern_engine_label_finish (TernEngine *self, GAsyncResult *result, GError **error);
/* Signs in with each of them, a few at a time and fewer at one server; (array of TernStatus), for
 * those that were come to, in no order. */
void tern_engine_check_accounts_async (TernEngine *self,
                                       const gint64 *ids,
                                       gsize n,
                                       GCancellable *cancellable,
                                       GFileProgressCallback progress,
                                       gpointer progress_data,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
GPtrArray *
tern_engine_check_accounts_finish (TernEngine *self, GAsyncResult *result, GError **error);
void tern_engine_check_providers_async (TernEngine *self,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
gboolean
tern_engine_check_providers_finish (TernEngine *self, GAsyncResult *result, GError **error);
void tern_engine_list_services_async (TernEngine *self,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
GPtrArray *
tern_engine_list_services_finish (TernEngine *self, GAsyncResult *result, GError **error);
void tern_engine_find_service_async (TernEngine *self,
                                     const char *email,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
TernService *
tern_engine_find_service_finish (TernEngine *self, GAsyncResult *result, GError **error);
/* Signs in with a provider. @done and @failed are what the browser shows; without @done a code is
 * to be typed in on any device. Then somebody waits for the user: to add an account, or to sign in
 * again.
 */
void tern_engine_begin_sign_in_async (TernEngine *self,
                                      TernAccount *account,
                                      const char *done,
                                      const char *failed,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
TernSignInOffer *
tern_engine_begin_sign_in_finish (TernEngine *self, GAsyncResult *result, GError **error);
void tern_engine_add_signed_in_async (TernEngine *self,
                                      TernAccount *account,
                                      const TernSignInOffer *offer,
                                      const char *trust_fingerprint,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
void tern_engine_sign_in_again_async (TernEngine *self,
                                      gint64 account_id,
                                      const TernSignInOffer *offer,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
gboolean tern_engine_sign_in_again_finish (TernEngine *self, GAsyncResult *result, GError **error);
void tern_engine_remove_account_async (TernEngine *self,
                                       gint64 account_id,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
gboolean tern_engine_remove_account_finish (TernEngine *self, GAsyncResult *result, GError **error);
void tern_engine_set_password_async (TernEngine *self,
                                     gint64 account_id,
                                     const char *password,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
gboolean tern_engine_set_password_finish (TernEngine *self, GAsyncResult *result, GError **error);
void tern_engine_trust_async (TernEngine *self,
                              gint64 account_id,
                              const char *fingerprint,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean tern_engine_trust_finish (TernEngine *self, GAsyncResult *result, GError **error);
/* How many days back the text of letters is fetched in advance: -1 for all, 0 for none
 * (TernAccount.body_days). */
void tern_engine_set_body_days_async (TernEngine *self,
                                      gint64 account_id,
                                      int days,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
gboolean tern_engine_set_body_days_finish (TernEngine *self, GAsyncResult *result, GError **error);
/* Races the account's endpoints anew and signs in; the route is returned also where it fails
 * (@route is then set beside @error). */
void tern_engine_probe_async (TernEngine *self,
                              gint64 account_id,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean tern_engine_probe_finish (TernEngine *self,
                                   GAsyncResult *result,
                                   TernRoute **route,
                                   GError **error);

/* Folders. What changes arrives by the signal `changed` while these run. */
void tern_engine_refresh_folders_async (TernEngine *self,
                                        gint64 account_id,
                                        TernFetchPolicy policy,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
gboolean
tern_engine_refresh_folders_finish (TernEngine *self, GAsyncResult *result, GError **error);
void tern_engine_sync_folder_async (TernEngine *self,
                                    gint64 folder_id,
                                    TernFetchPolicy policy,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
gboolean tern_engine_sync_folder_finish (TernEngine *self, GAsyncResult *result, GError **error);
/* Fetches the text of all letters of a folder that is up to date. */
void tern_engine_fetch_bodies_async (TernEngine *self,
                                     gint64 folder_id,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
gboolean tern_engine_fetch_bodies_finish (TernEngine *self, GAsyncResult *result, GError **error);
/* (array of TernRowKey in list order); later `changed` signals apply to it without a gap. */
void tern_engine_load_keys_async (TernEngine *self,
                                  gint64 folder_id,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
GBytes *tern_engine_load_keys_finish (TernEngine *self, GAsyncResult *result, GError **error);
/* Says which folder is on screen (0 for none): its news are wanted first. */
void tern_engine_set_viewed_folder (TernEngine *self, gint64 folder_id);
/* Asks for the beginnings of letters that rows on screen lack; they arrive by `changed`. */
void tern_engine_request_snippets (TernEngine *self, gint64 folder_id, const gint64 *ids, gsize n);

/* Letters. */
void tern_engine_open_letter_async (TernEngine *self,
                                    gint64 message_id,
                                    TernFetchPolicy policy,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
TernLetter *tern_engine_open_letter_finish (TernEngine *self, GAsyncResult *result, GError **error);
/* Decoded content of one part, from the cache where it is there; "" is the whole message as it was
 * sent. */
void tern_engine_load_part_async (TernEngine *self,
                                  gint64 message_id,
                                  const char *part_id,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
GBytes *tern_engine_load_part_finish (TernEngine *self, GAsyncResult *result, GError **error);
/* Decoded content of one part to a file, streamed; the file appears only when it is complete. */
void tern_engine_save_part_async (TernEngine *self,
                                  gint64 message_id,
                                  const char *part_id,
                                  GFile *file,
                                  GCancellable *cancellable,
                                  GFileProgressCallback progress,
                                  gpointer progress_data,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
gboolean tern_engine_save_part_finish (TernEngine *self, GAsyncResult *result, GError **error);

/* Changes. Applying is done when the change is on screen and in the durable log; the server is
 * asked in the background, and a refusal is undone and told by `operation-failed`. */
void tern_engine_apply_async (TernEngine *self,
                              TernOperation *operation,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
TernOperation *tern_engine_apply_finish (TernEngine *self, GAsyncResult *result, GError **error);
/* What is known of a folder in one operation; finish with tern_engine_apply_finish(). A letter that
 * nobody has seen here stays as it is: what arrives meanwhile is not touched. */
void tern_engine_mark_folder_read_async (TernEngine *self,
                                         gint64 folder_id,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
/* Trash and Junk only: removes for good. */
void tern_engine_empty_folder_async (TernEngine *self,
                                     gint64 folder_id,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
/* Removes for good what is struck out (TERN_FLAGS_DELETED). */
void tern_engine_expunge_folder_async (TernEngine *self,
                                       gint64 folder_id,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
/* Takes back a logged operation: off the log where the server was not asked yet, else by the
 * contrary operation. */
void tern_engine_undo_async (TernEngine *self,
                             TernOperation *operation,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
gboolean tern_engine_undo_finish (TernEngine *self, GAsyncResult *result, GError **error);
void tern_engine_list_operations_async (TernEngine *self,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
GPtrArray *
tern_engine_list_operations_finish (TernEngine *self, GAsyncResult *result, GError **error);
/* Looks for messages; account and folder 0 stand for all. */
void tern_engine_search_async (TernEngine *self,
                               gint64 account_id,
                               gint64 folder_id,
                               TernQuery *query,
                               guint limit,
                               TernFetchPolicy policy,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
TernSearchResult *
tern_engine_search_finish (TernEngine *self, GAsyncResult *result, GError **error);
/* Waits until the account's log is empty or cannot be emptied now (then the error says why). */
void tern_engine_flush_async (TernEngine *self,
                              gint64 account_id,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean tern_engine_flush_finish (TernEngine *self, GAsyncResult *result, GError **error);

G_END_DECLS
