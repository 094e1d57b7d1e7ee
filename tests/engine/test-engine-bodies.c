/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-fixture.h"

#include "tern-error.h"

#define DAY (24 * 60 * 60)
#define ALTERNATIVE                                                                                \
  "((\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"7bit\" 13 1 NIL NIL NIL NIL)"            \
  "(\"text\" \"html\" (\"charset\" \"utf-8\") NIL NIL \"7bit\" 19 1 NIL NIL NIL NIL) "             \
  "\"alternative\" (\"boundary\" \"b\") NIL NIL NIL)"
#define WHOLE                                                                                      \
  "From: Ana <ana@example.org>\r\nSubject: two forms\r\nMIME-Version: 1.0\r\n"                     \
  "Content-Type: multipart/alternative; boundary=b\r\n\r\n"                                        \
  "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nplain words\r\n"                          \
  "--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>rich words</p>\r\n--b--\r\n"

/* --- A network that costs what the test wants --- */

typedef struct
{
  GObject parent_instance;
  gboolean is_metered;
} FakeMonitor;

typedef GObjectClass FakeMonitorClass;

enum
{
  PROP_AVAILABLE = 1,
  PROP_METERED,
  PROP_CONNECTIVITY,
};

static gboolean
fake_init (GInitable *initable, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

static void
fake_initable_iface_init (GInitableIface *iface)
{
  iface->init = fake_init;
}

static void
fake_monitor_iface_init (GNetworkMonitorInterface *iface)
{
}

static GType fake_monitor_get_type (void);
G_DEFINE_TYPE_WITH_CODE (FakeMonitor,
                         fake_monitor,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, fake_initable_iface_init)
                             G_IMPLEMENT_INTERFACE (G_TYPE_NETWORK_MONITOR,
                                                    fake_monitor_iface_init))

static void
fake_monitor_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_AVAILABLE)
    g_value_set_boolean (value, TRUE);
  else if (id == PROP_METERED)
    g_value_set_boolean (value, ((FakeMonitor *) object)->is_metered);
  else
    g_value_set_enum (value, G_NETWORK_CONNECTIVITY_FULL);
}

static void
fake_monitor_class_init (FakeMonitorClass *klass)
{
  G_OBJECT_CLASS (klass)->get_property = fake_monitor_get_property;
  g_object_class_override_property (G_OBJECT_CLASS (klass), PROP_AVAILABLE, "network-available");
  g_object_class_override_property (G_OBJECT_CLASS (klass), PROP_METERED, "network-metered");
  g_object_class_override_property (G_OBJECT_CLASS (klass), PROP_CONNECTIVITY, "connectivity");
}

static void
fake_monitor_init (FakeMonitor *self)
{
}

static void
set_metered (gboolean is_metered)
{
  FakeMonitor *monitor = (FakeMonitor *) g_network_monitor_get_default ();

  monitor->is_metered = is_metered;
  g_object_notify (G_OBJECT (monitor), "network-metered");
}

/* --- Letters --- */

static guint32
add_letter (Fixture *fixture, gint64 age, const char *bodystructure)
{
  g_autoptr (GDateTime) date =
      g_date_time_new_from_unix_utc (g_get_real_time () / G_USEC_PER_SEC - age);
  g_autofree char *internaldate = g_date_time_format (date, "%d-%b-%Y %H:%M:%S +0000");

  return tern_mock_imap_server_add_message (
      fixture->server, "INBOX",
      &(TernMockImapMessage){
          .internaldate = internaldate, .raw = WHOLE, .bodystructure = bodystructure });
}

static void
set_parts (Fixture *fixture, guint32 uid)
{
  tern_mock_imap_server_set_section (fixture->server, "INBOX", uid, "1", "plain words\r\n", 13);
  tern_mock_imap_server_set_section (fixture->server, "INBOX", uid, "2", "<p>rich words</p>\r\n",
                                     19);
}

static gboolean
is_readable (Fixture *fixture, guint row)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TernLetter) letter = NULL;
  g_autoptr (GError) error = NULL;

  tern_engine_open_letter_async (fixture->engine, fixture_nth_message (fixture, "INBOX", row),
                                 TERN_FETCH_CACHED, NULL, fixture_done_cb, &result);
  letter = tern_engine_open_letter_finish (fixture->engine, fixture_wait (&result), &error);
  if (letter == NULL)
    g_assert_error (error, TERN_ERROR, TERN_ERROR_OFFLINE);
  return letter != NULL;
}

static guint
count_readable (Fixture *fixture)
{
  guint n = fixture_count_rows (fixture, "INBOX");
  guint readable = 0;

  for (guint i = 0; i < n; i++)
    readable += is_readable (fixture, i);
  return readable;
}

static gboolean
fetch_all (Fixture *fixture, GError **error)
{
  g_autoptr (TernFolder) inbox = fixture_get_folder (fixture, "INBOX");
  g_autoptr (GAsyncResult) result = NULL;

  tern_engine_fetch_bodies_async (fixture->engine, inbox->id, NULL, fixture_done_cb, &result);
  return tern_engine_fetch_bodies_finish (fixture->engine, fixture_wait (&result), error);
}

/* The commands that asked for @item. */
static guint
count_asked (Fixture *fixture, const char *item)
{
  g_autoptr (GPtrArray) commands = tern_mock_imap_server_dup_commands (fixture->server);
  guint n = 0;

  for (guint i = 0; i < commands->len; i++)
    n += strstr (((TernMockImapCommand *) g_ptr_array_index (commands, i))->args, item) != NULL;
  return n;
}

static void
sync_inbox (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture_sync (fixture, "INBOX", &error);
  g_assert_no_error (error);
}

static void
set_days (Fixture *fixture, int days)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_engine_set_body_days_async (fixture->engine, fixture->account_id, days, NULL,
                                   fixture_done_cb, &result);
  tern_engine_set_body_days_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
}

static void
wait_readable (Fixture *fixture, guint row)
{
  while (!is_readable (fixture, row))
    g_main_context_iteration (NULL, FALSE);
}

/* Until the letters' beginnings are there: a script holds for the next command. */
static void
wait_snippets (Fixture *fixture)
{
  gboolean is_there = FALSE;

  while (!is_there)
    {
      g_autoptr (TernMessage) message = tern_engine_read_message (
          fixture->engine, fixture_nth_message (fixture, "INBOX", 0), NULL);

      is_there = message->snippet != NULL;
      g_main_context_iteration (NULL, !is_there);
    }
}

/* --- Failures --- */

static void
test_cut (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  guint readable;

  tern_mock_imap_server_add_letters (fixture->server, "INBOX", 295);
  fixture_add_account (fixture);
  sync_inbox (fixture);
  wait_snippets (fixture);
  tern_mock_imap_server_cut (fixture->server, "UID FETCH", 4000);
  g_assert_false (fetch_all (fixture, &error));
  g_assert_true (tern_error_is_transport (error));
  g_clear_error (&error);
  readable = count_readable (fixture);
  g_assert_cmpuint (readable, >, 0);
  g_assert_cmpuint (readable, <, 300);

  g_assert_true (fetch_all (fixture, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_readable (fixture), ==, 300);
}

static void
test_wrong_structure (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  /* The structure tells of two parts, and the server knows neither. */
  tern_mock_imap_server_set_section (fixture->server, "INBOX", add_letter (fixture, 0, ALTERNATIVE),
                                     "1", "", 0);
  fixture_add_account (fixture);
  sync_inbox (fixture);
  g_assert_true (fetch_all (fixture, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_readable (fixture), ==, 6);
  g_assert_cmpuint (count_asked (fixture, "BODY.PEEK[]"), ==, 1);
}

static void
test_gone (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture_add_account (fixture);
  sync_inbox (fixture);
  tern_mock_imap_server_remove_message (fixture->server, "INBOX", 5);
  g_assert_true (fetch_all (fixture, &error));
  g_assert_no_error (error);
  while (fixture_count_rows (fixture, "INBOX") == 5)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (count_readable (fixture), ==, 4);
}

/* --- What is asked for --- */

static void
test_all (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_add_letters (fixture->server, "INBOX", 195);
  for (guint i = 0; i < 10; i++)
    set_parts (fixture, add_letter (fixture, 100 * DAY, ALTERNATIVE));
  fixture_add_account (fixture);
  sync_inbox (fixture);
  g_assert_cmpuint (count_readable (fixture), ==, 0);
  tern_mock_imap_server_clear_log (fixture->server);
  g_assert_true (fetch_all (fixture, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_readable (fixture), ==, 210);
  /* One command for all letters of one shape. */
  g_assert_cmpuint (count_asked (fixture, "(UID BODY.PEEK[1] BODY.PEEK[2])"), ==, 1);
  g_assert_cmpuint (count_asked (fixture, "(UID BODY.PEEK[1])"), ==, 1);

  tern_mock_imap_server_clear_log (fixture->server);
  g_assert_true (fetch_all (fixture, &error));
  g_assert_cmpuint (count_asked (fixture, "BODY.PEEK"), ==, 0);
}

static void
test_window (Fixture *fixture, gconstpointer unused)
{
  set_parts (fixture, add_letter (fixture, 31 * DAY, ALTERNATIVE));
  set_parts (fixture, add_letter (fixture, 29 * DAY, ALTERNATIVE));
  fixture_add_account (fixture);
  tern_engine_start_background (fixture->engine);
  sync_inbox (fixture);
  wait_readable (fixture, 0);
  g_assert_cmpuint (count_readable (fixture), ==, 1);

  set_days (fixture, -1);
  wait_readable (fixture, 6);
  g_assert_cmpuint (count_readable (fixture), ==, 7);
}

static void
test_none (Fixture *fixture, gconstpointer unused)
{
  set_parts (fixture, add_letter (fixture, 0, ALTERNATIVE));
  fixture_add_account (fixture);
  set_days (fixture, 0);
  tern_engine_start_background (fixture->engine);
  sync_inbox (fixture);
  sync_inbox (fixture);
  g_assert_cmpuint (count_readable (fixture), ==, 0);
  fixture_restart (fixture); /* the setting is kept */
  tern_engine_start_background (fixture->engine);
  sync_inbox (fixture);
  sync_inbox (fixture);
  g_assert_cmpuint (count_readable (fixture), ==, 0);
}

static void
test_not_asked (Fixture *fixture, gconstpointer unused)
{
  set_parts (fixture, add_letter (fixture, 0, ALTERNATIVE));
  fixture_add_account (fixture);
  sync_inbox (fixture);
  sync_inbox (fixture);
  g_assert_cmpuint (count_readable (fixture), ==, 0);
}

static void
test_new_mail (Fixture *fixture, gconstpointer unused)
{
  fixture_add_account (fixture);
  tern_engine_start_background (fixture->engine);
  sync_inbox (fixture);
  set_parts (fixture, add_letter (fixture, 0, ALTERNATIVE));
  sync_inbox (fixture);
  wait_readable (fixture, 0);
}

static void
test_metered (Fixture *fixture, gconstpointer unused)
{
  set_parts (fixture, add_letter (fixture, 0, ALTERNATIVE));
  fixture_add_account (fixture);
  set_metered (TRUE);
  tern_engine_start_background (fixture->engine);
  sync_inbox (fixture);
  sync_inbox (fixture);
  g_assert_cmpuint (count_readable (fixture), ==, 0);
  set_metered (FALSE);
  wait_readable (fixture, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_setenv ("GIO_USE_NETWORK_MONITOR", "fake", TRUE);
  g_io_extension_point_register (G_NETWORK_MONITOR_EXTENSION_POINT_NAME);
  g_io_extension_point_implement (G_NETWORK_MONITOR_EXTENSION_POINT_NAME, fake_monitor_get_type (),
                                  "fake", 0);
#define ADD(name, func)                                                                            \
  g_test_add ("/engine/bodies/" name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)
  ADD ("a cut keeps whole letters only, and the rest comes with the next try", test_cut);
  ADD ("a letter whose parts are not there is fetched as a whole", test_wrong_structure);
  ADD ("a letter that has gone keeps nobody from the others", test_gone);
  ADD ("all letters are fetched by few commands, and none twice", test_all);
  ADD ("in the background the window is fetched, and nothing older", test_window);
  ADD ("a window of no days fetches nothing", test_none);
  ADD ("a program that does not stay fetches what it is asked for", test_not_asked);
  ADD ("new mail is fetched when it has come", test_new_mail);
  ADD ("nothing is fetched in advance over a network that costs money", test_metered);
  return g_test_run ();
}
