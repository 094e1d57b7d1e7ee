/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-note.h"

#include <string.h>

#include "tern-imap-session-private.h"

/* The longest text of a note, in bytes. */
#define MAX_TEXT 240
/* Bytes are told of no more often than this, in µs. */
#define TRAFFIC_INTERVAL (G_USEC_PER_SEC / 4)

/* What may be shown with what follows it. Of everything else the name alone is told. */
static gboolean
has_harmless_arguments (const char *name)
{
  static const char *const names[] = {
    "CAPABILITY", "NOOP",   "LOGOUT", "IDLE",      "STARTTLS",    "ENABLE", "COMPRESS",
    "NAMESPACE",  "LIST",   "XLIST",  "LSUB",      "STATUS",      "SELECT", "EXAMINE",
    "UNSELECT",   "CLOSE",  "FETCH",  "EXPUNGE",   "CHECK",       "STORE",  "COPY",
    "MOVE",       "SEARCH", "SORT",   "THREAD",    "NOTIFY",      "ID",     "CREATE",
    "DELETE",     "RENAME", "APPEND", "SUBSCRIBE", "UNSUBSCRIBE",
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (name, names[i]) == 0)
      return TRUE;
  return FALSE;
}

/* Appends a quoted string, or what stands for it; returns what follows. */
static const char *
append_quoted (GString *out, const char *p)
{
  const char *end = p + 1;
  gsize length;

  while (*end != '\0' && *end != '"')
    end += *end == '\\' && end[1] != '\0' ? 2 : 1;
  length = (gsize) (end - p - 1);
  if (length == 0 || (length == 1 && strchr ("*%", p[1]) != NULL))
    g_string_append_printf (out, "\"%.*s\"", (int) length, p + 1);
  else if (length == 5 && g_ascii_strncasecmp (p + 1, "INBOX", 5) == 0)
    g_string_append (out, "INBOX");
  else
    g_string_append (out, "\"…\"");
  return *end == '"' ? end + 1 : end;
}

/* Words of the protocol are capitals, or begin with a sign: others are somebody's own. */
static const char *
append_word (GString *out, const char *p, gboolean keep)
{
  gsize length = strcspn (p, " ()\"");

  keep = keep || *p == '\\' || *p == '$';
  for (gsize i = 0; i < length && !keep; i++)
    if (g_ascii_islower (p[i]) || (guchar) p[i] >= 0x80)
      {
        g_string_append (out, "…");
        return p + length;
      }
  for (gsize i = 0; i < length; i++)
    g_string_append_c (out, g_ascii_isprint (p[i]) ? p[i] : '?');
  return p + length;
}

/* The first line of a command without its tag and without what may be a secret or personal. */
static char *
redact (const char *line)
{
  GString *out = g_string_new (NULL);
  const char *p = strchr (line, ' ');
  g_autofree char *name = NULL;
  gboolean is_fetch;

  p = p != NULL ? p + 1 : "";
  if (g_ascii_strncasecmp (p, "UID ", 4) == 0)
    {
      g_string_append (out, "UID ");
      p += 4;
    }
  name = g_ascii_strup (p, (gssize) strcspn (p, " "));
  g_string_append (out, name);
  p += strlen (name);
  is_fetch = strcmp (name, "FETCH") == 0;
  if (*p != '\0' && !has_harmless_arguments (name))
    {
      g_string_append (out, " …");
      return g_string_free (out, FALSE);
    }
  while (*p != '\0' && out->len < MAX_TEXT)
    {
      if (*p == '"')
        p = append_quoted (out, p);
      else if (strchr (" ()", *p) != NULL)
        g_string_append_c (out, *p++);
      else
        p = append_word (out, p, is_fetch);
    }
  if (*p != '\0')
    g_string_append (out, "…");
  return g_string_free (out, FALSE);
}

/* The server's own words without addresses of people and computers, paths and quoted names. */
static void
append_words (GString *out, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", 24);

  for (guint i = 0; words[i] != NULL && out->len < MAX_TEXT; i++)
    {
      const char *word = words[i];
      gboolean is_address = strpbrk (word, "@/\"'<>=") != NULL || i == 23;

      for (const char *p = word; *p != '\0' && !is_address; p++)
        is_address = g_ascii_isdigit (*p) && (p[1] == '.' || p[1] == ':');
      g_string_append_c (out, ' ');
      g_string_append (out, is_address ? "…" : word);
    }
}

/* "OK [COPYUID 1 2 3]", "NO [OVERQUOTA] words": arguments of codes only where they are numbers. */
static char *
describe_status (const TernImapStatus *status, gboolean with_words)
{
  static const char *const kinds[] = { "OK", "NO", "BAD", "BYE", "PREAUTH" };
  GString *out = g_string_new (kinds[status->kind]);

  if (status->code != NULL)
    {
      gboolean is_plain =
          strspn (status->arguments, "0123456789:,* ") == strlen (status->arguments);

      g_string_append_printf (out, " [%.40s", status->code);
      if (is_plain && *status->arguments != '\0')
        g_string_append_printf (out, " %.120s", status->arguments);
      g_string_append_c (out, ']');
    }
  if (with_words)
    append_words (out, status->text);
  return g_string_free (out, FALSE);
}

static void
tell (TernImapSession *self, TernImapNote note)
{
  note.sent = self->sent - self->noted_sent;
  note.received = self->received - self->noted_received;
  if (note.text == NULL)
    note.text = "";
  self->noted_sent = self->sent;
  self->noted_received = self->received;
  self->noted_at = g_get_monotonic_time ();
  self->observer (&note, self->observer_data);
}

static guint
number_of (const TernImapCommand *command)
{
  return (guint) g_ascii_strtoull (command->tag + 1, NULL, 10);
}

/* A command's first line goes out. */
void
tern_imap_session_note_command (TernImapSession *self, TernImapCommand *command, GBytes *line)
{
  gsize size;
  const char *bytes = g_bytes_get_data (line, &size);
  g_autofree char *first = NULL;
  g_autofree char *text = NULL;

  if (self->observer == NULL)
    return;
  first = g_strndup (bytes, size);
  first[strcspn (first, "\r\n")] = '\0'; /* what follows is a literal */
  text = redact (first);
  command->sent_at = g_get_monotonic_time ();
  command->received_before = self->received;
  command->is_idle = strcmp (text, "IDLE") == 0;
  command->is_nameless = strpbrk (first, "\"{") == NULL && strstr (text, "…") == NULL;
  tell (self, (TernImapNote){
                  .kind = TERN_IMAP_NOTE_COMMAND,
                  .number = number_of (command),
                  .text = text,
                  .is_idle = command->is_idle,
                  .size = size,
              });
}

/* The answer to a command came. Where it may name what the command named, its words are left out.
 */
void
tern_imap_session_note_answer (TernImapSession *self,
                               TernImapCommand *command,
                               const TernImapStatus *status)
{
  g_autofree char *text = NULL;

  if (self->observer == NULL || command->sent_at == 0)
    return;
  text = describe_status (status, command->is_nameless && status->kind != TERN_IMAP_STATUS_OK);
  tell (self, (TernImapNote){
                  .kind = TERN_IMAP_NOTE_ANSWER,
                  .number = number_of (command),
                  .text = text,
                  .is_good = status->kind == TERN_IMAP_STATUS_OK,
                  .is_idle = command->is_idle,
                  .duration = g_get_monotonic_time () - command->sent_at,
                  .size = self->received - MAX (command->received_before, self->answered_received),
              });
  self->answered_received = self->received;
}

/* Something is written that could not be written before the last answer. */
void
tern_imap_session_note_flight (TernImapSession *self, gsize size)
{
  if (self->observer != NULL)
    tell (self,
          (TernImapNote){ .kind = TERN_IMAP_NOTE_FLIGHT, .number = self->flights, .size = size });
}

/* The server speaks by itself: a farewell, a warning. */
void
tern_imap_session_note_status (TernImapSession *self, const TernImapStatus *status)
{
  g_autofree char *text = NULL;

  if (self->observer == NULL ||
      (status->kind == TERN_IMAP_STATUS_OK && !tern_imap_status_has_code (status, "ALERT")))
    return;
  text = describe_status (status, TRUE);
  tell (self, (TernImapNote){ .kind = TERN_IMAP_NOTE_SERVER, .text = text });
}

/* The server has said which program it is. */
void
tern_imap_session_note_identity (TernImapSession *self)
{
  g_autofree char *cut = NULL;
  g_autofree char *text = NULL;

  if (self->observer == NULL || self->server_name == NULL)
    return;
  cut = g_strdup_printf ("ID %.80s %.40s", self->server_name,
                         self->server_version != NULL ? self->server_version : "");
  text = g_utf8_make_valid (g_strchomp (cut), -1);
  tell (self, (TernImapNote){ .kind = TERN_IMAP_NOTE_SERVER, .text = text });
}

/* How many messages there are, where nobody has just selected the mailbox. */
void
tern_imap_session_note_exists (TernImapSession *self, guint32 exists)
{
  char text[24];

  if (self->observer == NULL)
    return;
  g_snprintf (text, sizeof text, "%u EXISTS", exists);
  tell (self, (TernImapNote){ .kind = TERN_IMAP_NOTE_SERVER, .text = text });
}

/* Bytes came: told of now and then only. */
void
tern_imap_session_note_traffic (TernImapSession *self)
{
  if (self->observer != NULL && g_get_monotonic_time () - self->noted_at >= TRAFFIC_INTERVAL)
    tell (self, (TernImapNote){ .kind = TERN_IMAP_NOTE_TRAFFIC });
}

/* The session has ended: the last that is told of it. */
void
tern_imap_session_note_closed (TernImapSession *self, const GError *error)
{
  if (self->observer == NULL)
    return;
  tell (self, (TernImapNote){ .kind = TERN_IMAP_NOTE_CLOSED, .error = error });
  tern_imap_session_observe (self, NULL, NULL, NULL);
}

/**
 * tern_imap_session_observe:
 * @self: a session
 * @observer: (nullable): told of all that is sent and answered from now on; %NULL for nobody
 * @user_data: for @observer
 * @free_data: (nullable): for @user_data, when the session has ended or another one observes
 *
 * Lets somebody look on. No secret, address, subject, folder's name or word of a letter is told.
 */
void
tern_imap_session_observe (TernImapSession *self,
                           TernImapObserver observer,
                           gpointer user_data,
                           GDestroyNotify free_data)
{
  gpointer old_data = g_steal_pointer (&self->observer_data);

  if (self->observer_free != NULL)
    self->observer_free (old_data);
  self->observer = observer;
  self->observer_data = user_data;
  self->observer_free = free_data;
}
