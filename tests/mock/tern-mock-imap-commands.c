/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mock-imap-private.h"

#include <string.h>

/* What each command does by default. Arguments come as text with literals already made quoted
 * strings. */

static void
skip_spaces (const char **p)
{
  while (**p == ' ')
    (*p)++;
}

/* (transfer full) (nullable): the next argument: a quoted string unquoted; a list with its
 * parentheses; an atom up to a space, sections in brackets whole */
char *
mock_take_argument (const char **p)
{
  g_autoptr (GString) text = g_string_new (NULL);
  int depth = 0;

  skip_spaces (p);
  if (**p == '\0')
    return NULL;
  if (**p == '"')
    {
      for ((*p)++; **p != '\0' && **p != '"'; (*p)++)
        {
          if (**p == '\\' && (*p)[1] != '\0')
            (*p)++;
          g_string_append_c (text, **p);
        }
      if (**p == '"')
        (*p)++;
      return g_string_free (g_steal_pointer (&text), FALSE);
    }
  for (; **p != '\0' && (**p != ' ' || depth > 0); (*p)++)
    {
      if (**p == '(' || **p == '[')
        depth++;
      else if (**p == ')' || **p == ']')
        depth--;
      g_string_append_c (text, **p);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* The inside of a list in parentheses, or the argument itself. */
char *
mock_unwrap (const char *argument)
{
  gsize length = strlen (argument);

  if (length >= 2 && argument[0] == '(' && argument[length - 1] == ')')
    return g_strndup (argument + 1, length - 2);
  return g_strdup (argument);
}

void
mock_ok (MockSession *self, const TernMockImapCommand *command)
{
  mock_session_send (self, "%s OK %s done\r\n", command->tag, command->name);
}

void
mock_bad (MockSession *self, const TernMockImapCommand *command)
{
  mock_session_send (self, "%s BAD cannot understand this %s\r\n", command->tag, command->name);
}

static void
authenticated (MockSession *self, const char *tag, gboolean success)
{
  g_autofree char *capabilities = NULL;

  self->authenticated = success;
  if (self->server->forgetful)
    g_byte_array_set_size (self->in, 0);
  capabilities = mock_server_dup_capabilities (self->server, self);
  if (success)
    mock_session_send (self, "%s OK [CAPABILITY %s] welcome\r\n", tag, capabilities);
  else
    mock_session_send (self, "%s NO [AUTHENTICATIONFAILED] wrong name or password\r\n", tag);
}

static gboolean
check_login (MockSession *self, const char *user, const char *password)
{
  return g_str_equal (user, self->server->user) && g_str_equal (password, self->server->password);
}

static void
do_login (MockSession *self, const TernMockImapCommand *command)
{
  const char *p = command->args;
  g_autofree char *user = mock_take_argument (&p);
  g_autofree char *password = mock_take_argument (&p);

  if (user == NULL || password == NULL)
    mock_bad (self, command);
  else
    authenticated (self, command->tag, check_login (self, user, password));
}

/* RFC 4616: authzid NUL authcid NUL password */
void
mock_session_sasl (MockSession *self, const char *response)
{
  gsize length;
  g_autofree char *data = (char *) g_base64_decode (response, &length);
  const char *user = NULL, *password = NULL;

  if (g_str_equal (response, "*"))
    {
      mock_session_send (self, "%s BAD given up\r\n", self->tag);
      return;
    }
  user = memchr (data, '\0', length);
  password = user != NULL ? memchr (user + 1, '\0', length - (gsize) (user + 1 - data)) : NULL;
  if (password == NULL)
    {
      mock_session_send (self, "%s BAD not PLAIN\r\n", self->tag);
      return;
    }
  {
    g_autofree char *end = g_strndup (password + 1, length - (gsize) (password + 1 - data));

    authenticated (self, self->tag, check_login (self, user + 1, end));
  }
}

static void
do_authenticate (MockSession *self, const TernMockImapCommand *command)
{
  const char *p = command->args;
  g_autofree char *mechanism = mock_take_argument (&p);
  g_autofree char *response = mock_take_argument (&p);

  g_free (self->tag);
  self->tag = g_strdup (command->tag);
  if (mechanism == NULL || g_ascii_strcasecmp (mechanism, "PLAIN") != 0)
    mock_session_send (self, "%s NO unknown mechanism\r\n", command->tag);
  else if (response != NULL)
    mock_session_sasl (self, g_str_equal (response, "=") ? "" : response);
  else
    {
      self->state = MOCK_STATE_SASL;
      mock_session_send (self, "+ \r\n");
    }
}

static void
do_capability (MockSession *self, const TernMockImapCommand *command)
{
  g_autofree char *capabilities = mock_server_dup_capabilities (self->server, self);

  mock_session_send (self, "* CAPABILITY %s\r\n", capabilities);
  mock_ok (self, command);
}

static void
do_starttls (MockSession *self, const TernMockImapCommand *command)
{
  if (mock_session_is_encrypted (self))
    {
      mock_bad (self, command);
      return;
    }
  mock_ok (self, command);
  self->upgrade = TRUE;
}

static void
do_id (MockSession *self, const TernMockImapCommand *command)
{
  mock_session_send (self, "* ID %s\r\n", self->server->identity);
  mock_ok (self, command);
}

static void
do_enable (MockSession *self, const TernMockImapCommand *command)
{
  g_autofree char *offered = mock_server_dup_capabilities (self->server, self);
  g_auto (GStrv) asked = g_strsplit (command->args, " ", -1);

  mock_session_send (self, "* ENABLED");
  for (guint i = 0; asked[i] != NULL; i++)
    {
      if (!mock_flags_contain (offered, asked[i]))
        continue;
      mock_session_send (self, " %s", asked[i]);
      self->qresync = self->qresync || g_ascii_strcasecmp (asked[i], "QRESYNC") == 0;
    }
  mock_session_send (self, "\r\n");
  mock_ok (self, command);
}

static void
do_namespace (MockSession *self, const TernMockImapCommand *command)
{
  mock_session_send (self, "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n");
  mock_ok (self, command);
}

static void
do_idle (MockSession *self, const TernMockImapCommand *command)
{
  g_free (self->tag);
  self->tag = g_strdup (command->tag);
  self->state = MOCK_STATE_IDLE;
  mock_session_send (self, "+ idling\r\n");
  mock_session_update (self);
}

static void
do_logout (MockSession *self, const TernMockImapCommand *command)
{
  mock_session_send (self, "* BYE until next time\r\n");
  mock_ok (self, command);
  self->closing = TRUE;
}

static void
do_noop (MockSession *self, const TernMockImapCommand *command)
{
  mock_session_update (self);
  mock_ok (self, command);
}

static void
send_status (MockSession *self, MockFolder *folder, const char *items)
{
  g_auto (GStrv) names = g_strsplit (items, " ", -1);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; names[i] != NULL; i++)
    {
      guint64 value = 0;

      if (g_str_equal (names[i], "MESSAGES"))
        value = folder->messages->len;
      else if (g_str_equal (names[i], "UNSEEN"))
        value = mock_folder_count (folder, "\\Seen", FALSE);
      else if (g_str_equal (names[i], "UIDNEXT"))
        value = folder->uidnext;
      else if (g_str_equal (names[i], "UIDVALIDITY"))
        value = folder->uidvalidity;
      else if (g_str_equal (names[i], "HIGHESTMODSEQ"))
        value = folder->modseq;
      else if (!g_str_equal (names[i], "RECENT"))
        continue;
      g_string_append_printf (text, "%s%s %" G_GUINT64_FORMAT, text->len > 0 ? " " : "", names[i],
                              value);
    }
  mock_session_send (self, "* STATUS \"%s\" (%s)\r\n", folder->name, text->str);
}

static void
do_status (MockSession *self, const TernMockImapCommand *command)
{
  const char *p = command->args;
  g_autofree char *name = mock_take_argument (&p);
  g_autofree char *list = mock_take_argument (&p);
  g_autofree char *items = list != NULL ? mock_unwrap (list) : NULL;
  MockFolder *folder = name != NULL ? mock_server_find_folder (self->server, name) : NULL;

  if (items == NULL)
    mock_bad (self, command);
  else if (folder == NULL)
    mock_session_send (self, "%s NO [NONEXISTENT] no such folder\r\n", command->tag);
  else
    {
      send_status (self, folder, items);
      mock_ok (self, command);
    }
}

/* LIST ["(" selection ")"] reference pattern [RETURN (…)], RFC 9051 section 6.3.9; a pattern is a
 * name or begins with a wildcard, which stands for everything. */
static void
do_list (MockSession *self, const TernMockImapCommand *command)
{
  const char *p = command->args;
  g_autofree char *pattern = NULL;
  const char *status = strstr (command->args, "STATUS (");
  g_autofree char *items = NULL;
  GPtrArray *folders = self->server->folders;

  skip_spaces (&p);
  if (*p == '(')
    g_free (mock_take_argument (&p));
  g_free (mock_take_argument (&p));
  pattern = mock_take_argument (&p);
  if (pattern == NULL)
    {
      mock_bad (self, command);
      return;
    }
  if (*pattern == '\0')
    mock_session_send (self, "* %s (\\Noselect) \"/\" \"\"\r\n", command->name);
  if (status != NULL)
    items = g_strndup (status + 8, strcspn (status + 8, ")"));
  for (guint i = 0; *pattern != '\0' && i < folders->len; i++)
    {
      MockFolder *folder = g_ptr_array_index (folders, i);

      if (strpbrk (pattern, "*%") == NULL && g_ascii_strcasecmp (pattern, folder->name) != 0)
        continue;
      mock_session_send (self, "* %s (%s) \"/\" \"%s\"\r\n", command->name, folder->attributes,
                         folder->name);
      if (items != NULL && !mock_flags_contain (folder->attributes, "\\Noselect"))
        send_status (self, folder, items);
    }
  mock_ok (self, command);
}

typedef enum
{
  NEEDS_NOTHING,
  NEEDS_LOGIN,
  NEEDS_FOLDER,
} Needs;

static const struct
{
  const char *name;
  Needs needs;
  void (*run) (MockSession *self, const TernMockImapCommand *command);
} commands[] = {
  { "CAPABILITY", NEEDS_NOTHING, do_capability },
  { "NOOP", NEEDS_NOTHING, do_noop },
  { "LOGOUT", NEEDS_NOTHING, do_logout },
  { "ID", NEEDS_NOTHING, do_id },
  { "STARTTLS", NEEDS_NOTHING, do_starttls },
  { "LOGIN", NEEDS_NOTHING, do_login },
  { "AUTHENTICATE", NEEDS_NOTHING, do_authenticate },
  { "COMPRESS", NEEDS_LOGIN, mock_do_compress },
  { "ENABLE", NEEDS_LOGIN, do_enable },
  { "NAMESPACE", NEEDS_LOGIN, do_namespace },
  { "LIST", NEEDS_LOGIN, do_list },
  { "LSUB", NEEDS_LOGIN, do_list },
  { "STATUS", NEEDS_LOGIN, do_status },
  { "CREATE", NEEDS_LOGIN, mock_do_create },
  { "DELETE", NEEDS_LOGIN, mock_do_delete },
  { "RENAME", NEEDS_LOGIN, mock_do_rename },
  { "SUBSCRIBE", NEEDS_LOGIN, mock_do_subscribe },
  { "UNSUBSCRIBE", NEEDS_LOGIN, mock_do_subscribe },
  { "APPEND", NEEDS_LOGIN, mock_do_append },
  { "SELECT", NEEDS_LOGIN, mock_do_select },
  { "EXAMINE", NEEDS_LOGIN, mock_do_select },
  { "IDLE", NEEDS_LOGIN, do_idle },
  { "CHECK", NEEDS_FOLDER, do_noop },
  { "CLOSE", NEEDS_FOLDER, mock_do_close },
  { "UNSELECT", NEEDS_FOLDER, mock_do_close },
  { "EXPUNGE", NEEDS_FOLDER, mock_do_expunge },
  { "UID EXPUNGE", NEEDS_FOLDER, mock_do_expunge },
  { "FETCH", NEEDS_FOLDER, mock_do_fetch },
  { "UID FETCH", NEEDS_FOLDER, mock_do_fetch },
  { "STORE", NEEDS_FOLDER, mock_do_store },
  { "UID STORE", NEEDS_FOLDER, mock_do_store },
  { "COPY", NEEDS_FOLDER, mock_do_copy },
  { "UID COPY", NEEDS_FOLDER, mock_do_copy },
  { "MOVE", NEEDS_FOLDER, mock_do_copy },
  { "UID MOVE", NEEDS_FOLDER, mock_do_copy },
  { "SEARCH", NEEDS_FOLDER, mock_do_search },
  { "UID SEARCH", NEEDS_FOLDER, mock_do_search },
};

void
mock_session_execute (MockSession *self, const TernMockImapCommand *command)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      if (!g_str_equal (commands[i].name, command->name))
        continue;
      if ((commands[i].needs >= NEEDS_LOGIN && !self->authenticated) ||
          (commands[i].needs == NEEDS_FOLDER && self->folder == NULL))
        mock_session_send (self, "%s BAD not in this state\r\n", command->tag);
      else
        commands[i].run (self, command);
      return;
    }
  mock_bad (self, command);
}
