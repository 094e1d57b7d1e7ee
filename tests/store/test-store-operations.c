/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-fixture.h"
#include "tern-error.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define ID G_GINT64_FORMAT

static void
put_flags (Fixture *f, gint64 folder, const char *remote_id, TernFlags flags)
{
  g_autoptr (GError) error = NULL;
  TernFlagsUpdate update = { remote_id, flags, NULL, 0 };

  tern_store_put_flags (f->store, folder, &update, 1, f->changes, &error);
  g_assert_no_error (error);
}

static void
remove_one (Fixture *f, gint64 folder, const char *remote_id)
{
  g_autoptr (GError) error = NULL;

  tern_store_remove_messages (f->store, folder, &remote_id, 1, f->changes, &error);
  g_assert_no_error (error);
}

static void
undo (Fixture *f, gint64 operation)
{
  g_autoptr (GError) error = NULL;

  tern_store_undo_operation (f->store, operation, f->changes, &error);
  g_assert_no_error (error);
}

static void
confirm (Fixture *f, gint64 operation, const char *from, const char *to)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernOutcome) outcome = tern_outcome_new ();

  if (from != NULL)
    g_hash_table_insert (outcome->moved, g_strdup (from), g_strdup (to));
  tern_store_confirm_operation (f->store, operation, outcome, f->changes, &error);
  g_assert_no_error (error);
}

static void
validate (Fixture *f, gint64 folder)
{
  g_autoptr (GError) error = NULL;

  tern_store_set_validated (f->store, folder, g_get_real_time (), f->changes, &error);
  g_assert_no_error (error);
}

static guint
count_operations (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) operations = tern_store_list_operations (f->store, 0, &error);

  g_assert_no_error (error);
  return operations->len;
}

static void
refuse (Fixture *f, TernOperation *operation, TernError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernOperation) asked = operation;

  fixture_reset_changes (f);
  g_assert_null (tern_store_log_operation (f->store, asked, f->changes, &error));
  g_assert_error (error, TERN_ERROR, (int) code);
  g_assert_true (tern_changes_is_empty (f->changes));
  g_assert_cmpuint (count_operations (f), ==, 0);
}

static void
test_refusals (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernAccount) other =
      tern_account_new (0, NULL, "bob@example.org", NULL, NULL, f->account->imap);
  g_autoptr (TernAccount) added = NULL;
  g_autoptr (GPtrArray) folders =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_folder_unref);
  g_autoptr (GPtrArray) kept = NULL;
  gint64 ids[] = { fixture_put (f, f->inbox, 1, 0), fixture_put (f, f->archive, 2, 0) };
  gint64 unknown = 4711;

  added = tern_store_add_account (f->store, other, NULL, &error);
  g_assert_no_error (error);
  g_ptr_array_add (folders, tern_folder_new ("INBOX", "INBOX", NULL));
  tern_store_put_folders (f->store, added->id, folders, NULL, &error);
  g_assert_no_error (error);
  kept = tern_store_list_folders (f->store, added->id, &error);
  g_assert_no_error (error);

  refuse (f, tern_operation_new (TERN_OPERATION_DELETE, &unknown, 1), TERN_ERROR_GONE);
  refuse (f, tern_operation_new_move (ids, 1, 4711), TERN_ERROR_GONE);
  refuse (f, tern_operation_new_move (ids, 1, ((TernFolder *) g_ptr_array_index (kept, 0))->id),
          TERN_ERROR_INVALID);
  refuse (f, tern_operation_new_keywords (ids, 1, "two  words", NULL), TERN_ERROR_INVALID);
  refuse (f, tern_operation_new_keywords (ids, 1, "\\Seen", NULL), TERN_ERROR_INVALID);
  refuse (f, tern_operation_new (TERN_OPERATION_DELETE, ids, 2), TERN_ERROR_INVALID);
  refuse (f, tern_operation_new_flags (ids, 1, 0, 0), TERN_ERROR_INVALID);
  fixture_check_counts (f, f->inbox, 1, 1);
}

static void
test_log (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) operations = NULL;
  const TernOperation *operation;
  gint64 ids[] = { fixture_put (f, f->inbox, 1, 0), 4711, fixture_put (f, f->inbox, 2, 0) };
  gint64 op = fixture_log (f, tern_operation_new_move (ids, 3, f->trash));

  tern_store_count_attempt (f->store, op, &error);
  g_assert_no_error (error);
  fixture_reopen (f);
  operations = tern_store_list_operations (f->store, f->account->id, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (operations->len, ==, 1);
  operation = g_ptr_array_index (operations, 0);
  g_assert_cmpint (operation->id, ==, op);
  g_assert_cmpint (operation->account_id, ==, f->account->id);
  g_assert_cmpint (operation->folder_id, ==, f->inbox);
  g_assert_cmpint (operation->kind, ==, TERN_OPERATION_MOVE);
  g_assert_cmpint (operation->target_folder_id, ==, f->trash);
  g_assert_cmpuint (operation->attempts, ==, 1);
  g_assert_cmpint (operation->created, >, 0);
  g_assert_cmpuint (operation->messages->len, ==, 2);
  g_assert_cmpint (g_array_index (operation->messages, gint64, 0), ==, ids[0]);
  g_assert_cmpint (g_array_index (operation->messages, gint64, 1), ==, ids[2]);
}

static void
test_flags (Fixture *f, gconstpointer data)
{
  gint64 a = fixture_put (f, f->inbox, 1, TERN_FLAGS_FLAGGED);
  gint64 op;

  fixture_reset_changes (f);
  op = fixture_log (f, tern_operation_new_flags (&a, 1, TERN_FLAGS_SEEN, TERN_FLAGS_FLAGGED));
  fixture_assert_changes (f, f->inbox, "# ~%" ID, a);
  fixture_check_counts (f, f->inbox, 1, 0);
  g_assert_cmpint (fixture_flags (f, a), ==, TERN_FLAGS_SEEN);

  fixture_reset_changes (f);
  undo (f, op);
  fixture_assert_changes (f, f->inbox, "# ~%" ID, a);
  fixture_check_counts (f, f->inbox, 1, 1);
  g_assert_cmpint (fixture_flags (f, a), ==, TERN_FLAGS_FLAGGED);
  g_assert_cmpuint (count_operations (f), ==, 0);
}

static void
test_flags_confirmed (Fixture *f, gconstpointer data)
{
  gint64 a = fixture_put (f, f->inbox, 1, 0);
  gint64 op = fixture_log (f, tern_operation_new_flags (&a, 1, TERN_FLAGS_SEEN, 0));

  fixture_reset_changes (f);
  confirm (f, op, NULL, NULL);
  g_assert_true (tern_changes_is_empty (f->changes));
  g_assert_cmpint (fixture_flags (f, a), ==, TERN_FLAGS_SEEN);
  undo (f, op);
  g_assert_cmpint (fixture_flags (f, a), ==, TERN_FLAGS_SEEN);
}

static void
test_overlay (Fixture *f, gconstpointer data)
{
  gint64 a = fixture_put (f, f->inbox, 1, 0);
  gint64 first = fixture_log (f, tern_operation_new_flags (&a, 1, TERN_FLAGS_SEEN, 0));
  gint64 second;

  fixture_reset_changes (f);
  put_flags (f, f->inbox, "1", TERN_FLAGS_FLAGGED);
  g_assert_cmpint (fixture_flags (f, a), ==, TERN_FLAGS_SEEN | TERN_FLAGS_FLAGGED);
  fixture_assert_changes (f, f->inbox, "~%" ID, a);

  second = fixture_log (f, tern_operation_new_flags (&a, 1, 0, TERN_FLAGS_SEEN));
  g_assert_cmpint (fixture_flags (f, a), ==, TERN_FLAGS_FLAGGED);
  put_flags (f, f->inbox, "1", TERN_FLAGS_ANSWERED | TERN_FLAGS_SEEN);
  g_assert_cmpint (fixture_flags (f, a), ==, TERN_FLAGS_ANSWERED);
  fixture_put (f, f->inbox, 1, TERN_FLAGS_SEEN);
  g_assert_cmpint (fixture_flags (f, a), ==, TERN_FLAGS_NONE);

  undo (f, first);
  g_assert_cmpint (fixture_flags (f, a), ==, TERN_FLAGS_NONE);
  undo (f, second);
  g_assert_cmpint (fixture_flags (f, a), ==, TERN_FLAGS_SEEN);
}

static void
test_hidden_stays (Fixture *f, gconstpointer data)
{
  gint64 a = fixture_put (f, f->inbox, 1, 0);
  gint64 op = fixture_log (f, tern_operation_new (TERN_OPERATION_DELETE, &a, 1));

  fixture_reset_changes (f);
  put_flags (f, f->inbox, "1", TERN_FLAGS_SEEN);
  fixture_put (f, f->inbox, 1, TERN_FLAGS_SEEN | TERN_FLAGS_FLAGGED);
  g_assert_true (tern_changes_is_empty (f->changes));
  fixture_assert_list (f, f->inbox, "%s", "");
  fixture_check_counts (f, f->inbox, -1, -1);

  undo (f, op);
  fixture_assert_changes (f, f->inbox, "# +%" ID, a);
  fixture_check_counts (f, f->inbox, 1, 0);
  g_assert_cmpint (fixture_flags (f, a), ==, TERN_FLAGS_SEEN | TERN_FLAGS_FLAGGED);
}

static void
test_move (Fixture *f, gconstpointer data)
{
  gint64 a = fixture_put (f, f->inbox, 1, 0);
  gint64 b = fixture_put (f, f->inbox, 2, 0);
  gint64 op;

  validate (f, f->trash);
  fixture_reset_changes (f);
  op = fixture_log (f, tern_operation_new_move (&a, 1, f->trash));
  fixture_assert_list (f, f->inbox, "%" ID, b);
  fixture_assert_changes (f, f->inbox, "# -%" ID, a);
  fixture_check_counts (f, f->inbox, 1, 1);
  fixture_assert_changes (f, f->trash, "%s", "");

  fixture_reset_changes (f);
  confirm (f, op, "1", "77");
  fixture_assert_changes (f, f->inbox, "%s", "");
  fixture_assert_changes (f, f->trash, "# +%" ID, a);
  fixture_check_counts (f, f->trash, 1, 1);
  g_assert_cmpint (fixture_find (f, f->trash, "77"), ==, a);
}

/* It never shows in the folder that it left. */
static void
test_move_with_a_flag (Fixture *f, gconstpointer data)
{
  gint64 a = fixture_put (f, f->inbox, 1, 0);
  TernOperation *move = tern_operation_new_move (&a, 1, f->trash);
  gint64 op;

  validate (f, f->inbox);
  validate (f, f->trash);
  move->set = TERN_FLAGS_SEEN;
  op = fixture_log (f, move);
  fixture_reset_changes (f);
  confirm (f, op, "1", "77");
  fixture_assert_changes (f, f->inbox, "%s", "");
  fixture_check_counts (f, f->inbox, 0, 0);
  fixture_check_counts (f, f->trash, 1, 0);
  g_assert_cmpuint (fixture_flags (f, a), ==, TERN_FLAGS_SEEN);
}

static void
test_copy (Fixture *f, gconstpointer data)
{
  gint64 a = fixture_put (f, f->inbox, 1, 0);
  gint64 op;

  validate (f, f->inbox);
  validate (f, f->trash);
  op = fixture_log (f, tern_operation_new_copy (&a, 1, f->trash));
  fixture_check_counts (f, f->trash, 1, 1);
  fixture_reset_changes (f);
  confirm (f, op, "1", "77");
  fixture_assert_changes (f, f->trash, "%s", "");
  fixture_check_counts (f, f->trash, 1, 1);
  fixture_check_counts (f, f->inbox, 1, 1);
  g_assert_cmpint (fixture_find (f, f->trash, "77"), !=, a);
}

/* The copy that an earlier step named was given up for another one. */
static void
test_copy_under_another_name (Fixture *f, gconstpointer data)
{
  gint64 a = fixture_put (f, f->inbox, 1, 0);
  gint64 op = fixture_log (f, tern_operation_new_move (&a, 1, f->trash));
  g_autoptr (TernOutcome) step = tern_outcome_new ();
  g_autoptr (GError) error = NULL;

  step->step = g_strdup ("copied");
  g_hash_table_insert (step->moved, g_strdup ("1"), g_strdup ("77"));
  g_assert_true (tern_store_keep_step (f->store, op, step, &error));
  confirm (f, op, "1", "76");
  g_assert_cmpint (fixture_find (f, f->trash, "76"), ==, a);
}

static void
test_move_undone (Fixture *f, gconstpointer data)
{
  gint64 a = fixture_put (f, f->inbox, 1, TERN_FLAGS_SEEN);
  gint64 op = fixture_log (f, tern_operation_new_move (&a, 1, f->trash));

  fixture_reset_changes (f);
  undo (f, op);
  fixture_assert_changes (f, f->inbox, "# +%" ID, a);
  fixture_assert_list (f, f->trash, "%s", "");
  fixture_check_counts (f, f->inbox, 1, 0);
  g_assert_cmpint (fixture_find (f, f->inbox, "1"), ==, a);
}

/* The letter @n where the server put it, under another name. */
static void
put_named (Fixture *f, gint64 folder, guint n, const char *remote_id)
{
  g_autoptr (TernMessage) message = fixture_message (n, 0);

  g_free ((char *) message->remote_id);
  message->remote_id = g_strdup (remote_id);
  fixture_put_message (f, folder, message);
}

static void
test_move_unnamed (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernMessage) kept = NULL;
  gint64 a = fixture_put (f, f->inbox, 1, 0);
  gint64 b = fixture_put (f, f->inbox, 2, 0);

  confirm (f, fixture_log (f, tern_operation_new_move (&a, 1, f->trash)), NULL, NULL);
  confirm (f, fixture_log (f, tern_operation_new_move (&b, 1, f->trash)), NULL, NULL);
  kept = tern_store_get_message (f->store, a, &error);
  g_assert_no_error (error);
  g_assert_null (kept->remote_id);
  fixture_assert_list (f, f->trash, "%" ID " %" ID, b, a);

  fixture_reset_changes (f);
  put_named (f, f->trash, 1, "501");
  fixture_assert_changes (f, f->trash, "%s", "");
  g_assert_cmpint (fixture_find (f, f->trash, "501"), ==, a);
  validate (f, f->trash);
  fixture_assert_changes (f, f->trash, "# -%" ID, b);
  fixture_check_counts (f, f->trash, 1, 1);
}

static void
test_move_seen (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernMessage) kept = NULL;
  gint64 a = fixture_put (f, f->inbox, 1, 0);
  gint64 op, seen;

  tern_store_set_snippet (f->store, a, "Dear all", NULL, &error);
  g_assert_no_error (error);
  op = fixture_log (f, tern_operation_new_move (&a, 1, f->trash));
  put_named (f, f->trash, 1, "501");
  seen = fixture_find (f, f->trash, "501");
  fixture_reset_changes (f);
  confirm (f, op, "1", "501");
  fixture_assert_changes (f, f->trash, "~%" ID, seen);
  fixture_assert_list (f, f->trash, "%" ID, seen);
  kept = tern_store_get_message (f->store, seen, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (kept->snippet, ==, "Dear all");
}

static void
test_move_told_early (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 ids[] = { fixture_put (f, f->inbox, 1, 0), fixture_put (f, f->inbox, 2, 0) };
  gint64 flags = fixture_log (f, tern_operation_new_flags (ids, 2, TERN_FLAGS_SEEN, 0));
  gint64 op = fixture_log (f, tern_operation_new_move (&ids[0], 1, f->trash));
  gint64 refused = fixture_log (f, tern_operation_new_move (&ids[1], 1, f->trash));

  tern_store_count_attempt (f->store, op, &error);
  tern_store_count_attempt (f->store, refused, &error);
  g_assert_no_error (error);
  fixture_reset_changes (f);
  remove_one (f, f->inbox, "1");
  remove_one (f, f->inbox, "2");
  confirm (f, flags, NULL, NULL);
  g_assert_true (tern_changes_is_empty (f->changes));
  confirm (f, op, "1", "501");
  g_assert_cmpint (fixture_find (f, f->trash, "501"), ==, ids[0]);
  undo (f, refused);
  fixture_assert_list (f, f->inbox, "%s", "");
  g_assert_null (tern_store_get_message (f->store, ids[1], NULL));
}

static void
test_delete (Fixture *f, gconstpointer data)
{
  gint64 a = fixture_put (f, f->inbox, 1, 0);
  gint64 op;

  fixture_reset_changes (f);
  op = fixture_log (f, tern_operation_new (TERN_OPERATION_DELETE, &a, 1));
  fixture_assert_changes (f, f->inbox, "# -%" ID, a);
  fixture_reset_changes (f);
  confirm (f, op, NULL, NULL);
  g_assert_true (tern_changes_is_empty (f->changes));
  g_assert_null (tern_store_get_message (f->store, a, NULL));
  undo (f, op);
  fixture_assert_list (f, f->inbox, "%s", "");
}

static void
test_removed_on_server (Fixture *f, gconstpointer data)
{
  gint64 ids[] = { fixture_put (f, f->inbox, 1, 0), fixture_put (f, f->inbox, 2, 0) };
  gint64 op = fixture_log (f, tern_operation_new_flags (ids, 2, TERN_FLAGS_SEEN, 0));

  remove_one (f, f->inbox, "1");
  g_assert_cmpuint (count_operations (f), ==, 1);
  remove_one (f, f->inbox, "2");
  g_assert_cmpuint (count_operations (f), ==, 0);
  fixture_reset_changes (f);
  confirm (f, op, NULL, NULL);
  g_assert_true (tern_changes_is_empty (f->changes));
}

static void
test_reset (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 a = fixture_put (f, f->inbox, 1, 0);
  gint64 b = fixture_put (f, f->inbox, 2, 0);

  fixture_log (f, tern_operation_new_flags (&a, 1, TERN_FLAGS_FLAGGED, 0));
  fixture_log (f, tern_operation_new (TERN_OPERATION_DELETE, &b, 1));
  fixture_reset_changes (f);
  tern_store_reset_folder (f->store, f->inbox, f->changes, &error);
  g_assert_no_error (error);
  fixture_assert_changes (f, f->inbox, "# -%" ID, a);
  g_assert_cmpuint (count_operations (f), ==, 2);

  fixture_reset_changes (f);
  put_named (f, f->inbox, 1, "901");
  put_named (f, f->inbox, 2, "902");
  fixture_assert_changes (f, f->inbox, "# +%" ID, a);
  g_assert_cmpint (fixture_flags (f, a), ==, TERN_FLAGS_FLAGGED);
  fixture_assert_list (f, f->inbox, "%" ID, a);
}

static void
test_reset_lost (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 a = fixture_put (f, f->inbox, 1, 0);

  fixture_log (f, tern_operation_new_flags (&a, 1, TERN_FLAGS_FLAGGED, 0));
  tern_store_reset_folder (f->store, f->inbox, f->changes, &error);
  g_assert_no_error (error);
  validate (f, f->inbox);
  g_assert_cmpuint (count_operations (f), ==, 0);
  g_assert_null (tern_store_get_message (f->store, a, NULL));
}

static void
test_target_gone (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_folder_unref);
  gint64 a = fixture_put (f, f->inbox, 1, 0);

  fixture_log (f, tern_operation_new_move (&a, 1, f->trash));
  fixture_reset_changes (f);
  g_ptr_array_add (folders, tern_folder_new ("INBOX", "INBOX", NULL));
  tern_store_put_folders (f->store, f->account->id, folders, f->changes, &error);
  g_assert_no_error (error);
  g_assert_true (tern_changes_has_folder_list (f->changes, f->account->id));
  fixture_assert_changes (f, f->inbox, "# +%" ID, a);
  g_assert_cmpuint (count_operations (f), ==, 0);
}

/* Logs two operations and dies like a process that is killed. */
static void
log_and_die (const char *dir, gint64 a, gint64 b, gint64 trash)
{
  g_autoptr (TernStore) store = tern_store_open (dir, NULL);
  g_autoptr (TernOperation) flags = tern_operation_new_flags (&a, 1, TERN_FLAGS_SEEN, 0);
  g_autoptr (TernOperation) move = tern_operation_new_move (&b, 1, trash);

  if (store != NULL && tern_store_log_operation (store, flags, NULL, NULL) != NULL &&
      tern_store_log_operation (store, move, NULL, NULL) != NULL &&
      tern_store_begin (store, NULL) && tern_store_remove_account (store, 1, NULL, NULL))
    kill (getpid (), SIGKILL);
  _exit (1);
}

static void
test_killed (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) operations = NULL;
  gint64 a = fixture_put (f, f->inbox, 1, TERN_FLAGS_FLAGGED);
  gint64 b = fixture_put (f, f->inbox, 2, 0);
  pid_t child;
  int status;

  g_clear_object (&f->store);
  child = fork ();
  if (child == 0)
    log_and_die (f->dir, a, b, f->trash);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);

  f->store = tern_store_open (f->dir, &error);
  g_assert_no_error (error);
  operations = tern_store_list_operations (f->store, f->account->id, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (operations->len, ==, 2);
  fixture_assert_list (f, f->inbox, "%" ID, a);
  g_assert_cmpint (fixture_flags (f, a), ==, TERN_FLAGS_SEEN | TERN_FLAGS_FLAGGED);
  undo (f, ((TernOperation *) g_ptr_array_index (operations, 0))->id);
  undo (f, ((TernOperation *) g_ptr_array_index (operations, 1))->id);
  fixture_assert_list (f, f->inbox, "%" ID " %" ID, b, a);
  g_assert_cmpint (fixture_flags (f, a), ==, TERN_FLAGS_FLAGGED);
  fixture_check_counts (f, f->inbox, 2, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func)                                                                            \
  g_test_add ("/store/operations/" name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)
  ADD ("what cannot be done is refused and changes nothing", test_refusals);
  ADD ("a killed process leaves the log and the exact undo state", test_killed);
  ADD ("the log survives and leaves out what is gone", test_log);
  ADD ("a flag shows at once and its undo brings back the state before", test_flags);
  ADD ("a confirmed flag is the server's own", test_flags_confirmed);
  ADD ("pending flags stay on top of the server's, the newest last", test_overlay);
  ADD ("a hidden message stays hidden and its undo follows the server", test_hidden_stays);
  ADD ("a moved message leaves at once and keeps its id in the target", test_move);
  ADD ("a move that sets a flag is counted in one folder only", test_move_with_a_flag);
  ADD ("a confirmed copy is counted once", test_copy);
  ADD ("a copy has the name that was told last", test_copy_under_another_name);
  ADD ("an undone move brings the message back where it was", test_move_undone);
  ADD ("a move without a new name is matched by the target's next sync", test_move_unnamed);
  ADD ("a move that a sync saw first joins what it saw", test_move_seen);
  ADD ("a removal told before the move's answer does not lose the message", test_move_told_early);
  ADD ("a deleted message is gone for good when confirmed", test_delete);
  ADD ("a message that the server removed leaves the log", test_removed_on_server);
  ADD ("operations survive a reset when the message is found again", test_reset);
  ADD ("operations on a message that a reset lost are dropped", test_reset_lost);
  ADD ("moves into a folder that is gone are undone", test_target_gone);
  return g_test_run ();
}
