/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mock-imap-private.h"

#define CAPABILITIES_BEFORE "IMAP4rev1 SASL-IR LITERAL+ ID ENABLE AUTH=PLAIN"
#define CAPABILITIES_AFTER                                                                         \
  "IMAP4rev1 LITERAL+ ID ENABLE IDLE NAMESPACE UIDPLUS MOVE UNSELECT SPECIAL-USE LIST-EXTENDED "   \
  "LIST-STATUS CONDSTORE"

G_DEFINE_FINAL_TYPE (TernMockImapServer, tern_mock_imap_server, G_TYPE_OBJECT)

static void
tern_mock_imap_server_finalize (GObject *object)
{
  TernMockImapServer *self = TERN_MOCK_IMAP_SERVER (object);

  tern_mock_imap_server_stop (self);
  g_main_context_unref (self->context);
  g_rec_mutex_clear (&self->lock);
  g_ptr_array_unref (self->sessions);
  g_free (self->certificate);
  g_free (self->before);
  g_free (self->after);
  g_free (self->user);
  g_free (self->password);
  g_clear_pointer (&self->noise, g_rand_free);
  g_free (self->greeting);
  g_free (self->identity);
  g_ptr_array_unref (self->folders);
  g_ptr_array_unref (self->scripts);
  g_hash_table_unref (self->handlers);
  g_ptr_array_unref (self->log);
  G_OBJECT_CLASS (tern_mock_imap_server_parent_class)->finalize (object);
}

static void
tern_mock_imap_server_class_init (TernMockImapServerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tern_mock_imap_server_finalize;
}

static void
tern_mock_imap_server_init (TernMockImapServer *self)
{
  static const char *const special[] = { "Archive", "Drafts", "Junk", "Sent", "Trash" };

  self->context = g_main_context_new ();
  g_rec_mutex_init (&self->lock);
  self->sessions = g_ptr_array_new_with_free_func (mock_session_free);
  self->certificate = g_strdup ("good");
  self->break_sent = self->break_received = G_MAXUINT64;
  self->folders = g_ptr_array_new_with_free_func (mock_folder_free);
  self->scripts = g_ptr_array_new_with_free_func (mock_script_free);
  self->handlers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->log = g_ptr_array_new_with_free_func (mock_command_free);
  tern_mock_imap_server_set_capabilities (self, CAPABILITIES_BEFORE, CAPABILITIES_AFTER);
  tern_mock_imap_server_set_login (self, "user", "secret");
  tern_mock_imap_server_set_identity (self, "ready", "(\"name\" \"Mock\")");
  tern_mock_imap_server_add_folder (self, "INBOX", "");
  for (guint i = 0; i < G_N_ELEMENTS (special); i++)
    {
      g_autofree char *attribute = g_strconcat ("\\", special[i], NULL);

      tern_mock_imap_server_add_folder (self, special[i], attribute);
    }
}

TernMockImapServer *
tern_mock_imap_server_new (TernSecurity security)
{
  TernMockImapServer *self = g_object_new (TERN_TYPE_MOCK_IMAP_SERVER, NULL);

  self->security = security;
  return self;
}

static gboolean
incoming_cb (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             gpointer user_data)
{
  TernMockImapServer *self = user_data;
  MockSession *session;
  MOCK_LOCKED (self);

  session = mock_session_new (self, connection, ++self->n_connections);
  g_ptr_array_add (self->sessions, session);
  if (self->waiter != NULL)
    g_main_context_wakeup (self->waiter);
  mock_session_start (session);
  return TRUE;
}

static gboolean
is_done (TernMockImapServer *self)
{
  MOCK_LOCKED (self);
  return self->stopping && self->sessions->len == 0;
}

static gpointer
server_thread (gpointer data)
{
  TernMockImapServer *self = data;

  g_main_context_push_thread_default (self->context);
  while (!is_done (self))
    g_main_context_iteration (self->context, TRUE);
  g_clear_object (&self->service);
  while (g_main_context_iteration (self->context, FALSE))
    ;
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

void
tern_mock_imap_server_start (TernMockImapServer *self)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (loopback, self->port);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (self->thread);
  /* What the service waits on belongs to the thread's context. */
  g_main_context_push_thread_default (self->context);
  self->service = g_socket_service_new ();
  g_signal_connect (self->service, "incoming", G_CALLBACK (incoming_cb), self);
  g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), wanted, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP, NULL, &address, &error);
  g_assert_no_error (error);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  g_main_context_pop_thread_default (self->context);
  self->stopping = FALSE;
  self->thread = g_thread_new ("mock-imap", server_thread, self);
}

static gboolean
stop_cb (gpointer user_data)
{
  TernMockImapServer *self = user_data;
  MOCK_LOCKED (self);

  self->stopping = TRUE;
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  /* Backwards, for a session may go at once. */
  for (guint i = self->sessions->len; i > 0; i--)
    mock_session_close (g_ptr_array_index (self->sessions, i - 1));
  return G_SOURCE_REMOVE;
}

/* Started again, it listens on the same port. */
void
tern_mock_imap_server_stop (TernMockImapServer *self)
{
  if (self->thread == NULL)
    return;
  g_main_context_invoke (self->context, stop_cb, self);
  g_thread_join (g_steal_pointer (&self->thread));
}

guint16
tern_mock_imap_server_get_port (TernMockImapServer *self)
{
  g_assert_cmpuint (self->port, !=, 0);
  return self->port;
}

TernEndpoint *
tern_mock_imap_server_dup_endpoint (TernMockImapServer *self)
{
  return tern_endpoint_new ("127.0.0.1", tern_mock_imap_server_get_port (self), self->security);
}

void
tern_mock_imap_server_use_certificate (TernMockImapServer *self, const char *name)
{
  MOCK_LOCKED (self);
  g_free (self->certificate);
  self->certificate = g_strdup (name);
}

const char *
tern_mock_imap_authority_path (void)
{
  return TERN_MOCK_CERTIFICATES "/authority.pem";
}

GTlsCertificate *
tern_mock_imap_load_certificate (const char *name)
{
  g_autofree char *path = g_strdup_printf ("%s/%s.pem", TERN_MOCK_CERTIFICATES, name);
  g_autoptr (GError) error = NULL;
  GTlsCertificate *certificate = g_tls_certificate_new_from_file (path, &error);

  g_assert_no_error (error);
  return certificate;
}

void
tern_mock_imap_server_set_capabilities (TernMockImapServer *self,
                                        const char *before,
                                        const char *after)
{
  MOCK_LOCKED (self);
  g_free (self->before);
  g_free (self->after);
  self->before = g_strdup (before);
  self->after = g_strdup (after);
}

void
tern_mock_imap_server_set_login (TernMockImapServer *self, const char *user, const char *password)
{
  MOCK_LOCKED (self);
  g_free (self->user);
  g_free (self->password);
  self->user = g_strdup (user);
  self->password = g_strdup (password);
}

void
tern_mock_imap_server_set_identity (TernMockImapServer *self,
                                    const char *greeting,
                                    const char *identity)
{
  MOCK_LOCKED (self);
  g_free (self->greeting);
  g_free (self->identity);
  self->greeting = g_strdup (greeting);
  self->identity = g_strdup (identity);
}

static gboolean
notify_cb (gpointer user_data)
{
  TernMockImapServer *self = user_data;
  MOCK_LOCKED (self);

  for (guint i = 0; i < self->sessions->len; i++)
    mock_session_notify (g_ptr_array_index (self->sessions, i));
  return G_SOURCE_REMOVE;
}

void
mock_server_changed (TernMockImapServer *self)
{
  GSource *source;

  if (self->thread == NULL)
    return;
  source = g_idle_source_new ();
  g_source_set_callback (source, notify_cb, self, NULL);
  g_source_attach (source, self->context);
  g_source_unref (source);
}

void
tern_mock_imap_server_add_folder (TernMockImapServer *self,
                                  const char *name,
                                  const char *attributes)
{
  MockFolder *folder;
  MOCK_LOCKED (self);

  folder = mock_server_find_folder (self, name);
  if (folder == NULL)
    {
      g_ptr_array_add (self->folders, mock_folder_new (name, attributes));
      return;
    }
  g_free (folder->attributes);
  folder->attributes = g_strdup (attributes);
}

/* The folder that a test names; it is the test's error when there is none. */
static MockFolder *
get_folder (TernMockImapServer *self, const char *name)
{
  MockFolder *folder = mock_server_find_folder (self, name);

  g_assert_nonnull (folder);
  return folder;
}

gboolean
tern_mock_imap_server_has_folder (TernMockImapServer *self, const char *name)
{
  MOCK_LOCKED (self);

  return mock_server_find_folder (self, name) != NULL;
}

void
tern_mock_imap_server_set_uidvalidity (TernMockImapServer *self,
                                       const char *folder,
                                       guint32 uidvalidity)
{
  MOCK_LOCKED (self);
  mock_folder_renumber (get_folder (self, folder), uidvalidity);
}

guint32
tern_mock_imap_server_add_message (TernMockImapServer *self,
                                   const char *folder,
                                   const TernMockImapMessage *message)
{
  MockMessage *added;
  MOCK_LOCKED (self);

  added = mock_folder_add (get_folder (self, folder), message);
  mock_server_changed (self);
  return added->uid;
}

void
tern_mock_imap_server_add_letters (TernMockImapServer *self, const char *folder, guint n)
{
  g_autoptr (GDateTime) date = g_date_time_new_utc (2026, 7, 1, 8, 0, 0);
  MOCK_LOCKED (self);

  for (guint i = 1; i <= n; i++)
    {
      g_autoptr (GDateTime) sent = g_date_time_add_minutes (date, (int) i);
      g_autofree char *header_date = g_date_time_format (sent, "%a, %d %b %Y %H:%M:%S +0000");
      g_autofree char *internal = g_date_time_format (sent, "%d-%b-%Y %H:%M:%S +0000");
      g_autofree char *raw = g_strdup_printf ("From: Sender %u <sender%u@example.org>\r\n"
                                              "To: user@example.org\r\n"
                                              "Subject: Letter %u\r\n"
                                              "Date: %s\r\n"
                                              "Message-ID: <letter-%u@example.org>\r\n"
                                              "Content-Type: text/plain; charset=utf-8\r\n"
                                              "\r\n"
                                              "This is letter %u.\r\n",
                                              i % 7, i % 7, i, header_date, i, i);

      mock_folder_add (get_folder (self, folder), &(TernMockImapMessage){
                                                      .flags = i % 3 == 0 ? "\\Seen" : "",
                                                      .internaldate = internal,
                                                      .raw = raw,
                                                  });
    }
  mock_server_changed (self);
}

static MockMessage *
get_message (TernMockImapServer *self, const char *folder, guint32 uid)
{
  MockMessage *message = mock_folder_find (get_folder (self, folder), uid);

  g_assert_nonnull (message);
  return message;
}

void
tern_mock_imap_server_set_section (TernMockImapServer *self,
                                   const char *folder,
                                   guint32 uid,
                                   const char *section,
                                   const char *data,
                                   gsize length)
{
  MOCK_LOCKED (self);
  g_hash_table_insert (get_message (self, folder, uid)->sections, g_strdup (section),
                       g_bytes_new (data, length));
}

void
tern_mock_imap_server_set_flags (TernMockImapServer *self,
                                 const char *folder,
                                 guint32 uid,
                                 const char *flags)
{
  MockMessage *message;
  MOCK_LOCKED (self);

  message = get_message (self, folder, uid);
  mock_message_change_flags (message, '=', flags);
  message->modseq = ++get_folder (self, folder)->modseq;
  mock_server_changed (self);
}

void
tern_mock_imap_server_remove_message (TernMockImapServer *self, const char *folder, guint32 uid)
{
  MOCK_LOCKED (self);
  get_message (self, folder, uid);
  mock_folder_remove (get_folder (self, folder), uid);
  mock_server_changed (self);
}

char *
tern_mock_imap_server_dup_flags (TernMockImapServer *self, const char *folder, guint32 uid)
{
  MockMessage *message;
  MOCK_LOCKED (self);

  message = mock_folder_find (get_folder (self, folder), uid);
  return message != NULL ? g_strdup (message->flags) : NULL;
}

char *
tern_mock_imap_server_describe (TernMockImapServer *self, const char *folder)
{
  MOCK_LOCKED (self);
  return mock_folder_describe (get_folder (self, folder));
}

guint32
tern_mock_imap_server_find (TernMockImapServer *self, const char *folder, const char *subject)
{
  MOCK_LOCKED (self);
  return mock_folder_find_subject (get_folder (self, folder), subject);
}

guint
tern_mock_imap_server_count_messages (TernMockImapServer *self, const char *folder)
{
  MOCK_LOCKED (self);
  return get_folder (self, folder)->messages->len;
}

MockFolder *
mock_server_find_folder (TernMockImapServer *self, const char *name)
{
  for (guint i = 0; i < self->folders->len; i++)
    {
      MockFolder *folder = g_ptr_array_index (self->folders, i);

      if (g_str_equal (folder->name, name) ||
          (g_ascii_strcasecmp (name, "INBOX") == 0 && g_str_equal (folder->name, "INBOX")))
        return folder;
    }
  return NULL;
}

/* The line is broken: every connection ends, and those to come do not. */
void
mock_server_break (TernMockImapServer *self)
{
  self->break_sent = self->break_received = G_MAXUINT64;
  /* Backwards, for a session may go at once. */
  for (guint i = self->sessions->len; i > 0; i--)
    mock_session_close (g_ptr_array_index (self->sessions, i - 1));
}

void
mock_server_remove_session (TernMockImapServer *self, MockSession *session)
{
  g_ptr_array_remove (self->sessions, session);
  if (self->waiter != NULL)
    g_main_context_wakeup (self->waiter);
}

char *
mock_server_dup_capabilities (TernMockImapServer *self, MockSession *session)
{
  if (session->authenticated)
    return g_strdup (self->after);
  if (self->security == TERN_SECURITY_STARTTLS && !mock_session_is_encrypted (session))
    return g_strconcat (self->before, " STARTTLS LOGINDISABLED", NULL);
  return g_strdup (self->before);
}
