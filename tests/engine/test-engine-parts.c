/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-fixture.h"

#include "tern-error.h"

#include <glib/gstdio.h>

/* Some pieces, and not a whole number of them. */
#define CONTENT_SIZE (1000 * 1000)
#define LETTER                                                                                     \
  "From: Ana <ana@example.org>\r\nSubject: with a file\r\nMessage-ID: <file@example.org>\r\n\r\nx"

typedef struct
{
  Fixture base;
  guint8 *content;
  char *encoded;
  char *dir;
  GFile *file;
  goffset progress;
} Parts;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  Parts *self = (Parts *) fixture;
  g_autofree char *path = NULL;
  g_autofree char *structure = NULL;
  g_autoptr (GError) error = NULL;
  guint32 uid;

  fixture_set_up (fixture, unused);
  self->content = g_malloc (CONTENT_SIZE);
  for (guint i = 0; i < CONTENT_SIZE; i++)
    self->content[i] = (guint8) (1 + (i * 7 + i / 251) % 255);
  self->encoded = g_base64_encode (self->content, CONTENT_SIZE);
  self->dir = g_build_filename (fixture->dir, "saved", NULL);
  g_mkdir (self->dir, 0700);
  path = g_build_filename (self->dir, "file", NULL);
  self->file = g_file_new_for_path (path);

  structure = g_strdup_printf (
      "((\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1 NIL NIL NIL NIL)(\"application\" \"pdf\" NIL "
      "NIL NIL \"base64\" %" G_GSIZE_FORMAT " NIL (\"attachment\" NIL) NIL NIL) \"mixed\" NIL NIL "
      "NIL NIL)",
      strlen (self->encoded));
  uid = tern_mock_imap_server_add_message (
      fixture->server, "INBOX",
      &(TernMockImapMessage){ .raw = LETTER, .bodystructure = structure });
  tern_mock_imap_server_set_section (fixture->server, "INBOX", uid, "1", "x", 1);
  tern_mock_imap_server_set_section (fixture->server, "INBOX", uid, "2", self->encoded,
                                     strlen (self->encoded));
  fixture_add_account (fixture);
  fixture_sync (fixture, "INBOX", &error);
  g_assert_no_error (error);
  /* Until the beginnings of letters are there: a script holds for the next command. */
  for (;;)
    {
      g_autoptr (TernMessage) message = tern_engine_read_message (
          fixture->engine, fixture_nth_message (fixture, "INBOX", 0), &error);

      g_assert_no_error (error);
      if (message->snippet != NULL)
        break;
      g_main_context_iteration (NULL, TRUE);
    }
  tern_mock_imap_server_clear_log (fixture->server);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  Parts *self = (Parts *) fixture;

  g_clear_object (&self->file);
  g_free (self->dir);
  g_free (self->content);
  g_free (self->encoded);
  fixture_tear_down (fixture, unused);
}

static void
progress_cb (goffset done, goffset total, gpointer user_data)
{
  Parts *self = user_data;

  g_assert_cmpint (done, >=, self->progress);
  g_assert_cmpint (done, <=, total);
  self->progress = done;
}

static gboolean
save (Parts *self, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  self->progress = 0;
  tern_engine_save_part_async (self->base.engine, fixture_nth_message (&self->base, "INBOX", 0),
                               "2", self->file, NULL, progress_cb, self, fixture_done_cb, &result);
  return tern_engine_save_part_finish (self->base.engine, fixture_wait (&result), error);
}

static guint
count_files (Parts *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->dir, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
check_file (Parts *self)
{
  g_autofree char *path = g_file_get_path (self->file);
  g_autofree char *saved = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  g_file_get_contents (path, &saved, &length, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (length, ==, CONTENT_SIZE);
  g_assert_true (memcmp (saved, self->content, length) == 0);
  g_assert_cmpuint (count_files (self), ==, 1);
}

static guint
count_asked (Parts *self, const char *item)
{
  g_autoptr (GPtrArray) commands = tern_mock_imap_server_dup_commands (self->base.server);
  guint n = 0;

  for (guint i = 0; i < commands->len; i++)
    n += strstr (((TernMockImapCommand *) g_ptr_array_index (commands, i))->args, item) != NULL;
  return n;
}

/* --- What goes wrong --- */

static void
test_lost_connection (Fixture *fixture, gconstpointer unused)
{
  Parts *self = (Parts *) fixture;
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_cut (fixture->server, "UID FETCH", 100000);
  g_assert_true (save (self, &error));
  g_assert_no_error (error);
  check_file (self);
  g_assert_cmpuint (count_asked (self, "[2]<0."), ==, 1);
}

static void
test_taken_up_later (Fixture *fixture, gconstpointer unused)
{
  Parts *self = (Parts *) fixture;
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_cut (fixture->server, "UID FETCH", 100000);
  for (guint i = 0; i < 3; i++) /* on a new connection as well */
    tern_mock_imap_server_cut (fixture->server, "UID FETCH", 0);
  g_assert_false (save (self, &error));
  g_assert_true (tern_error_is_transport (error));
  g_clear_error (&error);
  g_assert_false (g_file_query_exists (self->file, NULL));
  while (!save (self, &error))
    g_clear_error (&error); /* what is left of the cuts */
  check_file (self);
  g_assert_cmpuint (count_asked (self, "[2]<0."), ==, 1);
}

static void
test_never_taken_up (Fixture *fixture, gconstpointer unused)
{
  Parts *self = (Parts *) fixture;
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_cut (fixture->server, "UID FETCH", 100000);
  for (guint i = 0; i < 3; i++)
    tern_mock_imap_server_cut (fixture->server, "UID FETCH", 0);
  g_assert_false (save (self, &error));
  fixture_restart (fixture);
  g_assert_cmpuint (count_files (self), ==, 0);
}

static void
test_cancelled (Fixture *fixture, gconstpointer unused)
{
  Parts *self = (Parts *) fixture;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_hold (fixture->server);
  tern_engine_save_part_async (fixture->engine, fixture_nth_message (fixture, "INBOX", 0), "2",
                               self->file, cancellable, NULL, NULL, fixture_done_cb, &result);
  tern_mock_imap_server_wait_command (fixture->server, "UID FETCH", 1);
  g_cancellable_cancel (cancellable);
  g_assert_false (tern_engine_save_part_finish (fixture->engine, fixture_wait (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (count_files (self), ==, 0);
  tern_mock_imap_server_release (fixture->server);
}

static void
test_no_such_part (Fixture *fixture, gconstpointer unused)
{
  Parts *self = (Parts *) fixture;
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_reply (fixture->server, "UID FETCH",
                               "* 6 FETCH (UID 6 BODY[2]<0> NIL)\r\n$TAG OK done\r\n");
  g_assert_false (save (self, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_GONE);
  g_assert_cmpuint (count_files (self), ==, 0);
}

/* Exchange at times. */
static char *
answer_all (TernMockImapServer *server, const TernMockImapCommand *command, gpointer user_data)
{
  Parts *self = user_data;

  return g_strdup_printf ("* 6 FETCH (UID 6 BODY[2] {%" G_GSIZE_FORMAT "}\r\n%s)\r\n$TAG OK\r\n",
                          strlen (self->encoded), self->encoded);
}

static void
test_all_for_each (Fixture *fixture, gconstpointer unused)
{
  Parts *self = (Parts *) fixture;
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_set_handler (fixture->server, "UID FETCH", answer_all, self);
  g_assert_true (save (self, &error));
  g_assert_no_error (error);
  check_file (self);
  g_assert_cmpuint (tern_mock_imap_server_count (fixture->server, "UID FETCH"), ==, 2);
}

/* --- What goes well --- */

static void
test_pieces (Fixture *fixture, gconstpointer unused)
{
  Parts *self = (Parts *) fixture;
  g_autoptr (GError) error = NULL;

  g_assert_true (save (self, &error));
  g_assert_no_error (error);
  check_file (self);
  g_assert_cmpint (self->progress, ==, (goffset) strlen (self->encoded));
  g_assert_cmpuint (tern_mock_imap_server_count (fixture->server, "UID FETCH"), >=, 2);
}

static char *
answer_decoded (TernMockImapServer *server, const TernMockImapCommand *command, gpointer user_data)
{
  Parts *self = user_data;
  const char *range = strchr (command->args, '<');
  GString *reply = g_string_new (NULL);
  char *end;
  gsize from, length;

  g_assert_nonnull (strstr (command->args, "BINARY.PEEK[2]<"));
  from = g_ascii_strtoull (range + 1, &end, 10);
  length = MIN (g_ascii_strtoull (end + 1, NULL, 10), CONTENT_SIZE - MIN (from, CONTENT_SIZE));
  g_string_printf (reply,
                   "* 6 FETCH (UID 6 BINARY[2]<%" G_GSIZE_FORMAT "> ~{%" G_GSIZE_FORMAT "}\r\n",
                   from, length);
  g_string_append_len (reply, (const char *) self->content + from, (gssize) length);
  g_string_append (reply, ")\r\n$TAG OK done\r\n");
  return g_string_free (reply, FALSE);
}

static void
offer_binary (Fixture *fixture)
{
  tern_mock_imap_server_set_capabilities (fixture->server, "IMAP4rev1", "IMAP4rev1 BINARY");
  fixture_restart (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", NULL));
}

static void
test_binary (Fixture *fixture, gconstpointer unused)
{
  Parts *self = (Parts *) fixture;
  g_autoptr (GError) error = NULL;

  offer_binary (fixture);
  tern_mock_imap_server_set_handler (fixture->server, "UID FETCH", answer_decoded, self);
  g_assert_true (save (self, &error));
  g_assert_no_error (error);
  check_file (self);
}

static void
test_unknown_code (Fixture *fixture, gconstpointer unused)
{
  Parts *self = (Parts *) fixture;
  g_autoptr (GError) error = NULL;

  offer_binary (fixture);
  tern_mock_imap_server_reply (fixture->server, "UID FETCH",
                               "$TAG NO [UNKNOWN-CTE] cannot decode it\r\n");
  g_assert_true (save (self, &error));
  g_assert_no_error (error);
  check_file (self);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func)                                                                            \
  g_test_add_vtable ("/engine/parts/" name, sizeof (Parts), NULL, (GTestFixtureFunc) set_up,       \
                     (GTestFixtureFunc) func, (GTestFixtureFunc) tear_down)
  ADD ("a lost connection is made anew, and the file goes on where it stood", test_lost_connection);
  ADD ("what found no way is taken up by the next try", test_taken_up_later);
  ADD ("what is never taken up leaves nothing behind", test_never_taken_up);
  ADD ("what is cancelled leaves nothing behind", test_cancelled);
  ADD ("a part that is not there is no empty file", test_no_such_part);
  ADD ("a server that sends all for each piece is asked for all", test_all_for_each);
  ADD ("a file comes in pieces, with progress", test_pieces);
  ADD ("a server that decodes is let do it", test_binary);
  ADD ("what a server cannot decode is decoded here", test_unknown_code);
  return g_test_run ();
}
