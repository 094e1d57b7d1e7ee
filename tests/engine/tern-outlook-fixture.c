/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-outlook-fixture.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tern-store.h"
#include "tern-trace.h"

#define GRAPH "https://graph.microsoft.com/"
#define IMAP "https://outlook.office.com/IMAP"
#define BEFORE "IMAP4rev1 SASL-IR AUTH=XOAUTH2"
#define AFTER "IMAP4rev1 ID UIDPLUS MOVE SPECIAL-USE LIST-STATUS"
#define MINUTE (60 * (gint64) G_USEC_PER_SEC)

/* --- The mailbox --- */

/* What is one folder on both servers. */
static const struct
{
  TernFolderRole role;
  const char *graph;
  const char *imap;
} folders[] = {
  { TERN_FOLDER_ROLE_INBOX, "inbox", "INBOX" },
  { TERN_FOLDER_ROLE_ARCHIVE, "archive", "Archive" },
  { TERN_FOLDER_ROLE_JUNK, "junkemail", "Junk" },
  { TERN_FOLDER_ROLE_TRASH, "deleteditems", "Trash" },
};

static char *
make_letter (guint n, gint64 *received)
{
  g_autoptr (GDateTime) first = g_date_time_new_utc (2026, 7, 1, 8, 0, 0);
  g_autoptr (GDateTime) date = g_date_time_add_minutes (first, (int) n);
  g_autofree char *text = g_date_time_format (date, "%a, %d %b %Y %H:%M:%S +0000");

  *received = g_date_time_to_unix (date);
  return g_strdup_printf ("From: bob@example.com\r\nTo: ana@outlook.com\r\nSubject: Letter %u\r\n"
                          "Date: %s\r\nMessage-ID: <letter-%u@example.com>\r\n"
                          "Content-Type: text/plain; charset=utf-8\r\n\r\nThis is letter %u.\r\n",
                          n, text, n, n);
}

static void
add_to_imap (Outlook *self, const char *folder, guint n, const char *flags)
{
  gint64 received;
  g_autofree char *raw = make_letter (n, &received);
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (received);
  g_autofree char *internal = g_date_time_format (date, "%d-%b-%Y %H:%M:%S +0000");

  tern_mock_imap_server_add_message (
      self->base.server, folder,
      &(TernMockImapMessage){ .flags = flags, .internaldate = internal, .raw = raw });
}

static void
add_to_graph (Outlook *self, guint n)
{
  TernMockGraphMessage message = { 0 };
  g_autofree char *raw = make_letter (n, &message.received);
  g_autofree char *id = g_strdup_printf ("letter-%u", n);
  g_autofree char *subject = g_strdup_printf ("Letter %u", n);
  g_autofree char *message_id = g_strdup_printf ("<letter-%u@example.com>", n);

  message.id = id;
  message.raw = raw;
  message.subject = subject;
  message.message_id = message_id;
  message.text = "This is a letter.";
  tern_mock_graph_add_message (self->graph, "inbox", &message);
}

void
outlook_add_to_imap (Outlook *self, const char *folder, guint n)
{
  add_to_imap (self, folder, n, "");
}

/* The folder in which IMAP has a letter; -1 for none. */
static int
find_on_imap (Outlook *self, guint n, guint32 *uid)
{
  g_autofree char *subject = g_strdup_printf ("Letter %u", n);

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      *uid = tern_mock_imap_server_find (self->base.server, folders[i].imap, subject);
      if (*uid != 0)
        return (int) i;
    }
  return -1;
}

void
outlook_mirror_to_imap (Outlook *self)
{
  for (guint n = 1; n <= OUTLOOK_LETTERS; n++)
    {
      g_autofree char *id = g_strdup_printf ("letter-%u", n);
      g_autofree char *truth = tern_mock_graph_describe (self->graph, id);
      g_autofree char *flags = NULL;
      guint32 uid;
      int old = find_on_imap (self, n, &uid);

      if (old >= 0)
        tern_mock_imap_server_remove_message (self->base.server, folders[old].imap, uid);
      if (truth == NULL)
        continue;
      flags = g_strconcat (strstr (truth, " read") != NULL ? "\\Seen " : "",
                           strstr (truth, " flagged") != NULL ? "\\Flagged" : "", NULL);
      g_strchomp (flags);
      for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
        if (g_str_has_prefix (truth + strlen ("id-"), folders[i].graph))
          add_to_imap (self, folders[i].imap, n, flags);
    }
}

void
outlook_mirror_to_graph (Outlook *self)
{
  for (guint n = 1; n <= OUTLOOK_LETTERS; n++)
    {
      g_autofree char *id = g_strdup_printf ("letter-%u", n);
      g_autofree char *there = tern_mock_graph_describe (self->graph, id);
      g_autofree char *flags = NULL;
      guint32 uid;
      int folder = find_on_imap (self, n, &uid);

      if (folder < 0 && there != NULL)
        tern_mock_graph_remove_message (self->graph, id);
      if (folder < 0)
        continue;
      flags = tern_mock_imap_server_dup_flags (self->base.server, folders[folder].imap, uid);
      tern_mock_graph_mark (self->graph, id, strstr (flags, "\\Seen") != NULL,
                            strstr (flags, "\\Flagged") != NULL);
      tern_mock_graph_move (self->graph, id, folders[folder].graph);
    }
}

/* --- The servers --- */

/* In the IMAP server's thread. */
static gboolean
is_let_in (Outlook *self, const char *args)
{
  gsize length;
  const char *space = strchr (args, ' ');
  g_autofree char *data = space != NULL ? (char *) g_base64_decode (space + 1, &length) : NULL;
  g_autofree char *text = data != NULL ? g_strndup (data, length) : NULL;
  const char *token = text != NULL ? strstr (text, "\001auth=Bearer ") : NULL;
  g_autofree char *access = NULL;

  if (token == NULL)
    return FALSE;
  token += strlen ("\001auth=Bearer ");
  access = g_strndup (token, strcspn (token, "\001"));
  return tern_mock_oauth_server_accepts_for (self->provider, access, IMAP);
}

static char *
authenticate_cb (TernMockImapServer *server, const TernMockImapCommand *command, gpointer user_data)
{
  Outlook *self = user_data;
  OutlookHealth health = (OutlookHealth) g_atomic_int_get (&self->imap_health);

  if (health == OUTLOOK_BUSY)
    return g_strdup ("$TAG BAD Request is throttled. Suggested Backoff Time: 600000 "
                     "milliseconds\r\n");
  if (health == OUTLOOK_BROKEN)
    return g_strdup ("$TAG NO [UNAVAILABLE] Server error.\r\n");
  if (health == OUTLOOK_UNAUTHORIZED || !is_let_in (self, command->args))
    return g_strdup ("+ eyJzdGF0dXMiOiI0MDEifQ==\r\n$TAG NO AUTHENTICATE failed.\r\n");
  return g_strdup ("$TAG OK [CAPABILITY " AFTER "] AUTHENTICATE completed.\r\n");
}

static char *
mailbox_cb (TernMockImapServer *server, const TernMockImapCommand *command, gpointer user_data)
{
  Outlook *self = user_data;

  if ((OutlookHealth) g_atomic_int_get (&self->imap_health) == OUTLOOK_FORBIDDEN)
    return g_strdup ("$TAG BAD User is authenticated but not connected.\r\n");
  return NULL;
}

void
outlook_set_imap (Outlook *self, OutlookHealth health)
{
  g_atomic_int_set (&self->imap_health, (int) health);
  tern_mock_imap_server_set_refusing (self->base.server,
                                      health == OUTLOOK_UNREACHABLE || health == OUTLOOK_CUT);
  if (health == OUTLOOK_UNREACHABLE || health == OUTLOOK_CUT)
    tern_mock_imap_server_hang_up (self->base.server);
}

void
outlook_set_graph (Outlook *self, OutlookHealth health)
{
  static const struct
  {
    guint status;
    const char *code;
    const char *retry_after;
  } answers[] = {
    [OUTLOOK_HEALTHY] = { 0, NULL, NULL },
    [OUTLOOK_UNREACHABLE] = { 0, NULL, NULL },
    [OUTLOOK_CUT] = { 0, NULL, NULL },
    [OUTLOOK_UNAUTHORIZED] = { 401, "InvalidAuthenticationToken", NULL },
    [OUTLOOK_FORBIDDEN] = { 403, "ErrorAccessDenied", NULL },
    [OUTLOOK_BUSY] = { 429, "TooManyRequests", "600" },
    [OUTLOOK_BROKEN] = { 500, "InternalServerError", NULL },
  };

  tern_mock_graph_set_refusing (self->graph, health == OUTLOOK_UNREACHABLE);
  tern_mock_graph_set_cutting (self->graph, health == OUTLOOK_CUT);
  tern_mock_graph_fail_all (self->graph, answers[health].status, answers[health].code,
                            answers[health].retry_after);
}

void
outlook_grant (Outlook *self, const char *graph, const char *imap)
{
  tern_mock_oauth_server_set_refused (self->provider, GRAPH, graph == NULL);
  tern_mock_oauth_server_set_scope_for (self->provider, GRAPH, graph);
  tern_mock_oauth_server_set_refused (self->provider, IMAP, imap == NULL);
  tern_mock_oauth_server_set_scope_for (self->provider, IMAP, imap);
}

static void
write_providers (Outlook *self)
{
  const char *base = tern_mock_oauth_server_get_base (self->provider);
  g_autofree char *graph = tern_mock_graph_dup_base (self->graph);
  g_autofree char *path = g_build_filename (self->base.dir, "providers.json", NULL);
  g_autofree char *text = g_strdup_printf (
      "{\"providers\":[{\"id\":\"outlook\",\"graph\":\"%s\",\"oauth\":{"
      "\"authorize\":\"%s/authorize\",\"device\":\"%s/device\",\"token\":\"%s/token\","
      "\"client_id\":\"test\"},"
      "\"imap\":[{\"host\":\"127.0.0.1\",\"port\":%u,\"security\":\"none\"}]}]}",
      graph, base, base, base, tern_mock_imap_server_get_port (self->base.server));

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* --- The fixture --- */

static char *trace_path;

static void
remove_trace (void)
{
  g_remove (trace_path);
  g_free (trace_path);
}

/* A process has one trace. */
static char *
get_trace_path (void)
{
  if (trace_path == NULL)
    {
      int fd = g_file_open_tmp ("tern-trace-XXXXXX", &trace_path, NULL);

      close (fd);
      g_setenv ("TERN_TRACE", trace_path, TRUE);
      tern_trace_init ();
      atexit (remove_trace);
    }
  return trace_path;
}

void
outlook_set_up (Outlook *self, gconstpointer unused)
{
  self->trace = get_trace_path ();
  fixture_set_up (&self->base, unused);
  self->provider = tern_mock_oauth_server_new (0);
  self->graph = tern_mock_graph_new ();
  tern_mock_graph_set_provider (self->graph, tern_mock_oauth_server_get_base (self->provider));
  tern_mock_imap_server_set_capabilities (self->base.server, BEFORE, AFTER);
  tern_mock_imap_server_set_handler (self->base.server, "AUTHENTICATE", authenticate_cb, self);
  tern_mock_imap_server_set_handler (self->base.server, "SELECT", mailbox_cb, self);
  tern_mock_imap_server_set_handler (self->base.server, "LIST", mailbox_cb, self);
  for (guint32 uid = 1; uid <= 5; uid++)
    tern_mock_imap_server_remove_message (self->base.server, "INBOX", uid);
  for (guint n = 1; n <= OUTLOOK_LETTERS; n++)
    {
      add_to_imap (self, "INBOX", n, "");
      add_to_graph (self, n);
    }
  outlook_grant (self, OUTLOOK_READ_WRITE, OUTLOOK_IMAP);
  write_providers (self);
  outlook_forget (self);
}

void
outlook_tear_down (Outlook *self, gconstpointer unused)
{
  fixture_tear_down (&self->base, unused);
  g_clear_object (&self->graph);
  g_clear_object (&self->provider);
}

void
outlook_add_account (Outlook *self)
{
  g_autofree char *refresh = tern_mock_oauth_server_grant (self->provider);
  g_autofree char *text = g_strdup_printf (
      "ana@outlook.com----x----9e5f94bc-e8a4-4e73-b8be-63364c29d753----%s", refresh);
  g_autoptr (GPtrArray) lines = tern_account_lines_parse (text, strlen (text), NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TernImportReport) report = NULL;
  g_autoptr (GPtrArray) accounts = NULL;
  g_autoptr (GError) error = NULL;

  tern_engine_import_accounts_async (self->base.engine, lines, FALSE, NULL, NULL, NULL, NULL,
                                     fixture_done_cb, &result);
  report = tern_engine_import_accounts_finish (self->base.engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
  accounts = tern_engine_read_accounts (self->base.engine, NULL);
  g_assert_cmpuint (accounts->len, ==, 1);
  self->base.account_id = ((TernAccount *) accounts->pdata[0])->id;
}

static void
age_states (Outlook *self, guint minutes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernStore) store = tern_store_open (self->base.dir, &error);
  g_autoptr (GPtrArray) states = NULL;

  g_assert_no_error (error);
  states = tern_store_list_channel_states (store, self->base.account_id, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < states->len; i++)
    ((TernChannelState *) states->pdata[i])->expires -= minutes * MINUTE;
  tern_store_put_channel_states (store, self->base.account_id, states, &error);
  g_assert_no_error (error);
}

void
outlook_restart (Outlook *self, guint minutes)
{
  fixture_stop (&self->base);
  if (minutes > 0)
    age_states (self, minutes);
  fixture_start (&self->base);
}

/* --- What was asked and told --- */

void
outlook_forget (Outlook *self)
{
  self->graph_tokens = tern_mock_oauth_server_count_for (self->provider, GRAPH);
  self->imap_tokens = tern_mock_oauth_server_count_for (self->provider, IMAP);
  self->connections = tern_mock_imap_server_count_connections (self->base.server);
  tern_mock_graph_forget (self->graph);
  g_assert_cmpint (truncate (self->trace, 0), ==, 0);
}

OutlookCounts
outlook_count (Outlook *self)
{
  return (OutlookCounts){
    .graph_tokens = tern_mock_oauth_server_count_for (self->provider, GRAPH) - self->graph_tokens,
    .imap_tokens = tern_mock_oauth_server_count_for (self->provider, IMAP) - self->imap_tokens,
    .graph = tern_mock_graph_count (self->graph, NULL),
    .imap = tern_mock_imap_server_count_connections (self->base.server) - self->connections,
  };
}

char *
outlook_dup_trace (Outlook *self, const char *event)
{
  g_autofree char *text = NULL;
  g_autofree char *field = g_strdup_printf ("\"ev\":\"%s\"", event);
  g_auto (GStrv) lines = NULL;
  GString *out = g_string_new (NULL);

  g_assert_true (g_file_get_contents (self->trace, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (strstr (lines[i], field) != NULL)
      g_string_append_printf (out, "%s\n", lines[i]);
  return g_string_free (out, FALSE);
}

char *
outlook_dup_channel (Outlook *self)
{
  g_autofree char *lines = outlook_dup_trace (self, "channel.use");
  const char *last = g_strrstr (lines, "\"channel\":\"");

  if (last == NULL)
    return g_strdup ("none");
  last += strlen ("\"channel\":\"");
  return g_strndup (last, strcspn (last, "\""));
}

/* --- What the engine does --- */

gboolean
outlook_list_folders (Outlook *self, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tern_engine_refresh_folders_async (self->base.engine, self->base.account_id, TERN_FETCH_FORCE,
                                     NULL, fixture_done_cb, &result);
  return tern_engine_refresh_folders_finish (self->base.engine, fixture_wait (&result), error);
}

static TernFolder *
find_folder (Outlook *self, TernFolderRole role)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) known =
      tern_engine_read_folders (self->base.engine, self->base.account_id, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < known->len; i++)
    {
      TernFolder *folder = known->pdata[i];

      if (folder->role == role)
        return tern_folder_ref (folder);
    }
  return NULL;
}

TernFolder *
outlook_get_folder (Outlook *self, TernFolderRole role)
{
  TernFolder *folder = find_folder (self, role);

  g_assert_nonnull (folder);
  return folder;
}

gboolean
outlook_sync_folder (Outlook *self, TernFolderRole role, TernFetchPolicy policy, GError **error)
{
  g_autoptr (TernFolder) folder = outlook_get_folder (self, role);
  g_autoptr (GAsyncResult) result = NULL;

  tern_engine_sync_folder_async (self->base.engine, folder->id, policy, NULL, fixture_done_cb,
                                 &result);
  return tern_engine_sync_folder_finish (self->base.engine, fixture_wait (&result), error);
}

gboolean
outlook_sync (Outlook *self, GError **error)
{
  g_autoptr (TernFolder) inbox = find_folder (self, TERN_FOLDER_ROLE_INBOX);

  if (inbox == NULL && !outlook_list_folders (self, error))
    return FALSE;
  return outlook_sync_folder (self, TERN_FOLDER_ROLE_INBOX, TERN_FETCH_FORCE, error);
}

void
outlook_assert_sync (Outlook *self)
{
  g_autoptr (GError) error = NULL;

  outlook_sync (self, &error);
  g_assert_no_error (error);
}

TernLetter *
outlook_open (Outlook *self, gint64 message_id, TernFetchPolicy policy, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tern_engine_open_letter_async (self->base.engine, message_id, policy, NULL, fixture_done_cb,
                                 &result);
  return tern_engine_open_letter_finish (self->base.engine, fixture_wait (&result), error);
}

TernAccountState
outlook_get_state (Outlook *self)
{
  g_autoptr (TernStatus) status = tern_engine_dup_status (self->base.engine, self->base.account_id);

  return status->state;
}

static GPtrArray *
read_rows (Outlook *self, TernFolderRole role)
{
  g_autoptr (TernFolder) folder = outlook_get_folder (self, role);
  g_autoptr (GError) error = NULL;
  GPtrArray *rows = tern_engine_read_page (self->base.engine, folder->id, NULL, 1000, &error);

  g_assert_no_error (error);
  return rows;
}

char *
outlook_describe (Outlook *self, TernFolderRole role)
{
  g_autoptr (GPtrArray) rows = read_rows (self, role);
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < rows->len; i++)
    {
      const TernMessage *message = rows->pdata[i];

      g_string_append_printf (out, "%s:%s%s\n", message->subject,
                              message->flags & TERN_FLAGS_SEEN ? " seen" : "",
                              message->flags & TERN_FLAGS_FLAGGED ? " flagged" : "");
    }
  return g_string_free (out, FALSE);
}

gint64
outlook_find (Outlook *self, TernFolderRole role, const char *subject)
{
  g_autoptr (GPtrArray) rows = read_rows (self, role);

  for (guint i = 0; i < rows->len; i++)
    {
      const TernMessage *message = rows->pdata[i];

      if (strcmp (message->subject, subject) == 0)
        return message->id;
    }
  g_error ("no letter %s", subject);
}
