/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-fixture.h"
#include "tern-error.h"

#include <string.h>

#define ID G_GINT64_FORMAT

static void
put_flags (Fixture *f, const char *remote_id, TernFlags flags, const char *keywords)
{
  g_autoptr (GError) error = NULL;
  TernFlagsUpdate update = { remote_id, flags, keywords, 0 };

  tern_store_put_flags (f->store, f->inbox, &update, 1, f->changes, &error);
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
put_part (Fixture *f, gint64 id, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  tern_store_put_part (f->store, id, "1", bytes, &error);
  g_assert_no_error (error);
}

static gboolean
has_part (Fixture *f, gint64 id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = tern_store_get_part (f->store, id, "1", &error);

  g_assert_no_error (error);
  return bytes != NULL;
}

static void
test_gone_folder (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages = g_ptr_array_new ();
  g_autoptr (TernMessage) message = fixture_message (1, 0);

  g_ptr_array_add (messages, message);
  g_assert_false (tern_store_put_messages (f->store, 4711, messages, f->changes, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_GONE);
  g_assert_true (tern_changes_is_empty (f->changes));
}

static void
test_gone_message (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tern_store_get_message (f->store, 4711, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_GONE);
  g_clear_error (&error);
  g_assert_true (tern_store_set_snippet (f->store, 4711, "late", f->changes, &error));
  g_assert_no_error (error);
  put_part (f, 4711, "late");
  g_assert_true (tern_changes_is_empty (f->changes));
}

static void
test_all_fields (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernMessage) message = fixture_message (7, TERN_FLAGS_SEEN | TERN_FLAGS_JUNK);
  g_autoptr (TernMessage) kept = NULL;
  gint64 id;

  message->global_id = g_strdup ("G1");
  message->keywords = g_strdup ("$label1 todo");
  message->modseq = G_MAXINT64;
  message->in_reply_to = g_strdup ("<6@example.org>");
  message->references = g_strdup ("<1@example.org> <6@example.org>");
  message->structure = tern_structure_new ("1", "text/plain");
  message->has_attachments = TRUE;
  message->snippet = g_strdup ("Grüße, 你好");
  message->cc = tern_address_list_from_string ("Carol\tcarol@example.org\n\tdan@example.org");
  fixture_put_message (f, f->inbox, message);
  id = fixture_find (f, f->inbox, "7");

  fixture_reopen (f);
  kept = tern_store_get_message (f->store, id, &error);
  g_assert_no_error (error);
  g_assert_cmpint (kept->account_id, ==, f->account->id);
  g_assert_cmpint (kept->folder_id, ==, f->inbox);
  g_assert_cmpstr (kept->remote_id, ==, "7");
  g_assert_cmpstr (kept->global_id, ==, "G1");
  g_assert_cmpint (kept->flags, ==, TERN_FLAGS_SEEN | TERN_FLAGS_JUNK);
  g_assert_cmpstr (kept->keywords, ==, "$label1 todo");
  g_assert_cmpuint (kept->modseq, ==, G_MAXINT64);
  g_assert_cmpint (kept->received, ==, 7);
  g_assert_cmpuint (kept->size, ==, 1007);
  g_assert_cmpstr (kept->subject, ==, "Letter 7");
  g_assert_cmpuint (kept->from->len, ==, 1);
  g_assert_null (kept->reply_to);
  g_assert_null (kept->to);
  g_assert_cmpuint (kept->cc->len, ==, 2);
  g_assert_cmpstr (kept->message_id, ==, "<7@example.org>");
  g_assert_cmpstr (kept->in_reply_to, ==, "<6@example.org>");
  g_assert_cmpstr (kept->thread, ==, "<1@example.org>");
  g_assert_cmpstr (kept->structure->mime_type, ==, "text/plain");
  g_assert_true (kept->has_attachments);
  g_assert_cmpstr (kept->snippet, ==, "Grüße, 你好");
}

static void
test_again (Fixture *f, gconstpointer data)
{
  gint64 a = fixture_put (f, f->inbox, 1, 0);

  fixture_assert_changes (f, f->inbox, "# +%" ID, a);
  fixture_reset_changes (f);
  g_assert_cmpint (fixture_put (f, f->inbox, 1, 0), ==, a);
  put_flags (f, "1", 0, NULL);
  put_flags (f, "1", 0, "");
  g_assert_true (tern_changes_is_empty (f->changes));
}

static void
test_replace (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernMessage) message = fixture_message (1, TERN_FLAGS_SEEN);
  g_autoptr (TernMessage) kept = NULL;
  gint64 a = fixture_put (f, f->inbox, 1, 0);

  tern_store_set_snippet (f->store, a, "Dear all", NULL, &error);
  g_assert_no_error (error);
  g_free ((char *) message->subject);
  message->subject = g_strdup ("Corrected");
  message->received = 99;
  fixture_reset_changes (f);
  fixture_put_message (f, f->inbox, message);
  fixture_assert_changes (f, f->inbox, "# ~%" ID, a);
  kept = tern_store_get_message (f->store, a, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (kept->subject, ==, "Corrected");
  g_assert_cmpstr (kept->snippet, ==, "Dear all");
  g_assert_cmpint (kept->received, ==, 1);
}

static void
test_order (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) page = NULL;
  g_autoptr (TernMessage) twin = fixture_message (9, 0);
  gint64 b = fixture_put (f, f->inbox, 2, 0);
  gint64 c = fixture_put (f, f->inbox, 3, 0);
  gint64 a = fixture_put (f, f->inbox, 1, 0);
  TernRowKey from = { 2, b };
  gint64 t;

  twin->received = 2;
  fixture_put_message (f, f->inbox, twin);
  t = fixture_find (f, f->inbox, "9");
  fixture_assert_list (f, f->inbox, "%" ID " %" ID " %" ID " %" ID, c, t, b, a);
  page = tern_store_read_page (f->store, f->inbox, &from, 1, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (page->len, ==, 1);
  g_assert_cmpint (((TernMessage *) g_ptr_array_index (page, 0))->id, ==, b);
}

static void
test_server_flags (Fixture *f, gconstpointer data)
{
  gint64 a = fixture_put (f, f->inbox, 1, 0);

  fixture_put (f, f->inbox, 2, 0);
  fixture_reset_changes (f);
  put_flags (f, "1", TERN_FLAGS_SEEN, NULL);
  fixture_assert_changes (f, f->inbox, "# ~%" ID, a);
  fixture_check_counts (f, f->inbox, 2, 1);
  fixture_reset_changes (f);
  put_flags (f, "1", TERN_FLAGS_SEEN | TERN_FLAGS_FLAGGED, "todo");
  fixture_assert_changes (f, f->inbox, "~%" ID, a);
  fixture_reset_changes (f);
  put_flags (f, "unknown", TERN_FLAGS_SEEN, NULL);
  g_assert_true (tern_changes_is_empty (f->changes));
}

static void
test_remove (Fixture *f, gconstpointer data)
{
  gint64 a = fixture_put (f, f->inbox, 1, 0);
  gint64 b = fixture_put (f, f->inbox, 2, TERN_FLAGS_SEEN);

  put_part (f, a, "text");
  fixture_reset_changes (f);
  remove_one (f, f->inbox, "1");
  fixture_assert_changes (f, f->inbox, "# -%" ID, a);
  fixture_assert_list (f, f->inbox, "%" ID, b);
  fixture_check_counts (f, f->inbox, 1, 0);
  g_assert_false (has_part (f, a));
  fixture_reset_changes (f);
  remove_one (f, f->inbox, "1");
  g_assert_true (tern_changes_is_empty (f->changes));
}

static void
test_ids_not_reused (Fixture *f, gconstpointer data)
{
  gint64 a = fixture_put (f, f->inbox, 1, 0);

  remove_one (f, f->inbox, "1");
  g_assert_cmpint (fixture_put (f, f->inbox, 1, 0), >, a);
}

static gint64
put_global (Fixture *f, gint64 folder, const char *remote_id)
{
  g_autoptr (TernMessage) message = fixture_message (1, 0);

  g_free ((char *) message->remote_id);
  message->remote_id = g_strdup (remote_id);
  message->global_id = g_strdup ("G1");
  fixture_put_message (f, folder, message);
  return fixture_find (f, folder, remote_id);
}

static void
test_shared (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 a = put_global (f, f->inbox, "1");
  gint64 b = put_global (f, f->archive, "5");

  put_part (f, a, "text");
  g_assert_true (has_part (f, b));
  fixture_reset_changes (f);
  tern_store_set_snippet (f->store, a, "Dear all", f->changes, &error);
  g_assert_no_error (error);
  fixture_assert_changes (f, f->inbox, "~%" ID, a);
  fixture_assert_changes (f, f->archive, "~%" ID, b);
  remove_one (f, f->inbox, "1");
  g_assert_true (has_part (f, b));
  remove_one (f, f->archive, "5");
  g_assert_false (has_part (f, b));
}

static void
test_code (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernMessage) found = NULL;
  gint64 a = put_global (f, f->inbox, "1");
  gint64 b = put_global (f, f->archive, "5");

  fixture_reset_changes (f);
  g_assert_true (tern_store_set_code (f->store, a, "", FALSE, "", f->changes, &error));
  g_assert_true (tern_changes_is_empty (f->changes)); /* nothing that a list shows */
  g_assert_true (tern_store_set_code (f->store, a, "482913", TRUE, NULL, f->changes, &error));
  fixture_assert_changes (f, f->inbox, "~%" ID, a);
  fixture_assert_changes (f, f->archive, "~%" ID, b);
  fixture_reset_changes (f);
  g_assert_true (tern_store_set_code (f->store, a, NULL, FALSE, "https://x.test/", NULL, &error));
  g_assert_true (
      tern_store_set_code (f->store, a, "482913", TRUE, "https://x.test/", f->changes, &error));
  g_assert_true (tern_changes_is_empty (f->changes)); /* the same again */
  g_assert_true (tern_store_set_code (f->store, 4711, "1234", TRUE, "", f->changes, &error));
  g_assert_no_error (error);

  put_global (f, f->inbox, "1"); /* as a sync does that sees it again */
  found = tern_store_get_message (f->store, b, &error);
  g_assert_cmpstr (found->code, ==, "482913");
  g_assert_true (found->code_is_certain);
  g_assert_cmpstr (found->link, ==, "https://x.test/");
}

static void
test_reset (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *state = NULL;
  gint64 a = fixture_put (f, f->inbox, 1, 0);
  gint64 b = fixture_put (f, f->inbox, 2, TERN_FLAGS_SEEN);
  gint64 c = fixture_put (f, f->archive, 3, 0);

  tern_store_set_sync_state (f->store, f->inbox, "v1", &error);
  tern_store_set_validated (f->store, f->inbox, 1000, NULL, &error);
  g_assert_no_error (error);
  fixture_reset_changes (f);
  tern_store_reset_folder (f->store, f->inbox, f->changes, &error);
  g_assert_no_error (error);
  fixture_assert_changes (f, f->inbox, "# -%" ID " -%" ID, a, b);
  fixture_assert_changes (f, f->archive, "%s", "");
  fixture_assert_list (f, f->inbox, "%s", "");
  fixture_assert_list (f, f->archive, "%" ID, c);
  fixture_check_counts (f, f->inbox, -1, -1);
  state = tern_store_dup_sync_state (f->store, f->inbox, &error);
  g_assert_no_error (error);
  g_assert_null (state);
}

/* The letter @n under another remote id, as after a UIDVALIDITY change. */
static gint64
put_renumbered (Fixture *f, guint n, const char *remote_id, guint64 size)
{
  g_autoptr (TernMessage) message = fixture_message (n, 0);

  g_free ((char *) message->remote_id);
  message->remote_id = g_strdup (remote_id);
  message->size = size;
  fixture_put_message (f, f->inbox, message);
  return fixture_find (f, f->inbox, remote_id);
}

static void
test_rematch (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 a = fixture_put (f, f->inbox, 1, 0);
  gint64 b = fixture_put (f, f->inbox, 2, 0);
  gint64 c = fixture_put (f, f->inbox, 3, 0);

  put_part (f, a, "first");
  put_part (f, b, "second");
  put_part (f, c, "third");
  tern_store_reset_folder (f->store, f->inbox, NULL, &error);
  g_assert_no_error (error);
  a = put_renumbered (f, 1, "901", 1001);
  b = put_renumbered (f, 2, "902", 5);
  g_assert_true (has_part (f, a));
  g_assert_false (has_part (f, b));
  tern_store_set_validated (f->store, f->inbox, 1000, NULL, &error);
  g_assert_no_error (error);
  /* What was not found by then is really gone. */
  c = put_renumbered (f, 3, "903", 1003);
  g_assert_false (has_part (f, c));
  g_assert_true (has_part (f, a));
}

static void
take_id (const char *remote_id, gpointer user_data)
{
  g_string_append_printf (user_data, "%s ", remote_id);
}

static void
test_known_ids (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) ids = g_string_new (NULL);
  guint count;
  gint64 a = fixture_put (f, f->inbox, 1, 0);

  fixture_put (f, f->inbox, 2, 0);
  fixture_log (f, tern_operation_new (TERN_OPERATION_DELETE, &a, 1));
  g_assert_true (tern_store_foreach_remote_id (f->store, f->inbox, take_id, ids, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (ids->str, ==, "1 2 ");
  g_assert_true (tern_store_count_remote_ids (f->store, f->inbox, &count, &error));
  g_assert_cmpuint (count, ==, 2);
}

static void
test_many (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_message_unref);
  const TernFolderChanges *told;
  gint64 deleted = fixture_put (f, f->inbox, 99, 0);

  remove_one (f, f->inbox, "99");
  fixture_reset_changes (f);
  for (guint n = 1; n <= 40; n++)
    g_ptr_array_add (messages, fixture_message (n, 0));
  g_ptr_array_insert (messages, 20, fixture_message (20, TERN_FLAGS_SEEN));
  g_ptr_array_add (messages, fixture_message (1, TERN_FLAGS_SEEN));
  tern_store_put_messages (f->store, f->inbox, messages, f->changes, &error);
  g_assert_no_error (error);

  fixture_check_counts (f, f->inbox, 40, 38);
  told = tern_changes_get_folder (f->changes, f->inbox);
  g_assert_cmpuint (told->added->len, ==, 40);
  for (guint i = 0; i < told->added->len; i++)
    {
      const TernRowKey *key = &g_array_index (told->added, TernRowKey, i);
      g_autoptr (TernMessage) kept = tern_store_get_message (f->store, key->id, &error);
      g_autofree char *remote_id = g_strdup_printf ("%" G_GINT64_FORMAT, key->received);

      g_assert_no_error (error);
      g_assert_cmpint (key->id, >, deleted);
      g_assert_cmpstr (kept->remote_id, ==, remote_id);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func)                                                                            \
  g_test_add ("/store/messages/" name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)
  ADD ("a folder that is gone takes no messages and tells no change", test_gone_folder);
  ADD ("what comes late for a message that is gone is no error", test_gone_message);
  ADD ("every field survives", test_all_fields);
  ADD ("the same message again changes nothing", test_again);
  ADD ("many at once, some of them twice, have a row each under the id that is told", test_many);
  ADD ("a known remote id is replaced and keeps id, place and snippet", test_replace);
  ADD ("rows are read newest first, the higher id first among equals", test_order);
  ADD ("flags from the server change the row and the counts", test_server_flags);
  ADD ("a removed message takes its row, counts and parts along", test_remove);
  ADD ("an id is never given twice", test_ids_not_reused);
  ADD ("a message in two folders is one content until the last is gone", test_shared);
  ADD ("the code of a letter is kept, and told where there is one", test_code);
  ADD ("a reset empties that folder only and forgets its state", test_reset);
  ADD ("after a reset content is found again by Message-ID and size", test_rematch);
  ADD ("hidden messages count as known to the server", test_known_ids);
  return g_test_run ();
}
