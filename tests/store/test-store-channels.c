/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-fixture.h"

#include <string.h>

#define ID G_GINT64_FORMAT

static void
put_part (Fixture *f, gint64 id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static ("text", 4);

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
add_folder (GPtrArray *folders, const char *remote_id, const char *path, TernFolderRole role)
{
  TernFolder *folder = tern_folder_new (remote_id, path, NULL);

  folder->role = role;
  g_ptr_array_add (folders, folder);
}

/* The same folders as another channel lists them; its name for the second is the first one's. */
static void
use_graph (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_folder_unref);

  add_folder (folders, "AAM=1", "Inbox", TERN_FOLDER_ROLE_NONE);
  add_folder (folders, "INBOX", "archive", TERN_FOLDER_ROLE_NONE);
  add_folder (folders, "AAM=3", "Trash", TERN_FOLDER_ROLE_NONE);
  tern_store_use_channel (f->store, f->account->id, "graph", folders, f->changes, &error);
  g_assert_no_error (error);
}

static void
use_imap (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = tern_store_list_folders (f->store, f->account->id, &error);

  g_assert_no_error (error);
  tern_store_use_channel (f->store, f->account->id, "imap", folders, f->changes, &error);
  g_assert_no_error (error);
}

static void
put_from_graph (Fixture *f, gint64 folder, const char *remote_id, guint n)
{
  g_autoptr (TernMessage) message = fixture_message (n, TERN_FLAGS_SEEN);

  g_free ((char *) message->remote_id);
  message->remote_id = g_strdup (remote_id);
  message->global_id = g_strdup (remote_id);
  message->size = 0;
  fixture_put_message (f, folder, message);
}

static void
test_first (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *channel = NULL;
  gint64 id = fixture_put (f, f->inbox, 1, 0);

  use_imap (f);
  g_assert_true (tern_store_dup_channel (f->store, f->account->id, &channel, &error));
  g_assert_cmpstr (channel, ==, "imap");
  g_assert_cmpint (fixture_find (f, f->inbox, "1"), ==, id);
}

static void
test_kept (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernMessage) message = NULL;
  gint64 one, two;

  use_imap (f);
  one = fixture_put (f, f->inbox, 1, 0);
  two = fixture_put (f, f->inbox, 2, 0);
  put_part (f, one);
  fixture_reset_changes (f);

  use_graph (f);
  fixture_assert_list (f, f->inbox, "%" ID " %" ID, two, one);
  put_from_graph (f, f->inbox, "AAQ=1", 1);
  put_from_graph (f, f->inbox, "AAQ=2", 2);
  fixture_assert_list (f, f->inbox, "%" ID " %" ID, two, one);
  g_assert_cmpint (fixture_find (f, f->inbox, "AAQ=1"), ==, one);
  g_assert_true (has_part (f, one));
  tern_store_set_validated (f->store, f->inbox, 1, f->changes, &error);
  g_assert_no_error (error);
  fixture_assert_list (f, f->inbox, "%" ID " %" ID, two, one);
  message = tern_store_get_message (f->store, one, &error);
  g_assert_no_error (error);
  g_assert_cmpint (message->flags, ==, TERN_FLAGS_SEEN);
}

static void
test_told (Fixture *f, gconstpointer data)
{
  use_imap (f);
  fixture_reset_changes (f);
  use_graph (f);
  g_assert_true (tern_changes_has_folder_list (f->changes, f->account->id));
}

static void
test_gone (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 one, three;

  use_imap (f);
  one = fixture_put (f, f->inbox, 1, 0);
  fixture_put (f, f->inbox, 2, 0);
  use_graph (f);
  put_from_graph (f, f->inbox, "AAQ=1", 1);
  put_from_graph (f, f->inbox, "AAQ=3", 3);
  three = fixture_find (f, f->inbox, "AAQ=3");
  tern_store_set_validated (f->store, f->inbox, 1, f->changes, &error);
  g_assert_no_error (error);
  fixture_assert_list (f, f->inbox, "%" ID " %" ID, three, one);
}

static void
test_copies (Fixture *f, gconstpointer data)
{
  g_autoptr (TernMessage) twin = fixture_message (1, 0);
  gint64 one, other;

  use_imap (f);
  one = fixture_put (f, f->inbox, 1, 0);
  g_free ((char *) twin->remote_id);
  twin->remote_id = g_strdup ("2");
  fixture_put_message (f, f->inbox, twin);
  other = fixture_find (f, f->inbox, "2");
  use_graph (f);
  put_from_graph (f, f->inbox, "AAQ=1", 1);
  put_from_graph (f, f->inbox, "AAQ=2", 1);
  g_assert_cmpint (fixture_find (f, f->inbox, "AAQ=1"), ==, one);
  g_assert_cmpint (fixture_find (f, f->inbox, "AAQ=2"), ==, other);
}

static void
test_operations (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) operations = NULL;
  gint64 one;

  use_imap (f);
  one = fixture_put (f, f->inbox, 1, 0);
  fixture_log (f, tern_operation_new_move (&one, 1, f->archive));
  use_graph (f);
  fixture_assert_list (f, f->inbox, "%s", "");
  put_from_graph (f, f->inbox, "AAQ=1", 1);
  fixture_assert_list (f, f->inbox, "%s", "");
  operations = tern_store_list_operations (f->store, f->account->id, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (operations->len, ==, 1);
}

static void
test_states (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) states =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_channel_state_free);
  g_autoptr (GPtrArray) kept = NULL;
  const TernChannelState *state;

  g_ptr_array_add (states, tern_channel_state_new ("graph", "no Mail.Read", 7));
  g_ptr_array_add (states, tern_channel_state_new ("imap", NULL, 8));
  tern_store_put_channel_states (f->store, f->account->id, states, &error);
  g_assert_no_error (error);
  fixture_reopen (f);
  kept = tern_store_list_channel_states (f->store, f->account->id, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (kept->len, ==, 2);
  state = g_ptr_array_index (kept, 0);
  g_assert_cmpstr (state->channel, ==, "graph");
  g_assert_cmpstr (state->reason, ==, "no Mail.Read");
  g_assert_cmpint (state->expires, ==, 7);
  state = g_ptr_array_index (kept, 1);
  g_assert_null (state->reason);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add (name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)
  ADD ("/channels/the first channel changes nothing", test_first);
  ADD ("/channels/another channel keeps what is listed and cached", test_kept);
  ADD ("/channels/what the other channel does not have goes when the folder is complete",
       test_gone);
  ADD ("/channels/two copies of one letter are found again as two", test_copies);
  ADD ("/channels/what waits in the log stays there", test_operations);
  ADD ("/channels/what worked and what was refused is remembered", test_states);
  ADD ("/channels/folders that are others by another channel are told", test_told);
#undef ADD
  return g_test_run ();
}
