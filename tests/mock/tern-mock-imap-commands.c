/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mock-imap-private.h"

#include <stdlib.h>
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
static char *
take_argument (const char **p)
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
static char *
unwrap (const char *argument)
{
  gsize length = strlen (argument);

  if (length >= 2 && argument[0] == '(' && argument[length - 1] == ')')
    return g_strndup (argument + 1, length - 2);
  return g_strdup (argument);
}

static void
ok (MockSession *self, const TernMockImapCommand *command)
{
  mock_session_send (self, "%s OK %s done\r\n", command->tag, command->name);
}

static void
bad (MockSession *self, const TernMockImapCommand *command)
{
  mock_session_send (self, "%s BAD cannot understand this %s\r\n", command->tag, command->name);
}

static guint32
view_uid (MockSession *self, guint index)
{
  return g_array_index (self->view, guint32, index);
}

void
mock_session_update (MockSession *self)
{
  guint known = 0;

  if (self->folder == NULL)
    return;
  for (guint i = self->view->len; i > 0; i--)
    if (mock_folder_find (self->folder, view_uid (self, i - 1)) == NULL)
      {
        mock_session_send (self, "* %u EXPUNGE\r\n", i);
        g_array_remove_index (self->view, i - 1);
      }
  known = self->view->len;
  for (guint i = 0; i < known; i++)
    {
      MockMessage *message = mock_folder_find (self->folder, view_uid (self, i));

      if (message->modseq > self->told)
        mock_session_send (self, "* %u FETCH (UID %u FLAGS (%s))\r\n", i + 1, message->uid,
                           message->flags);
    }
  self->told = self->folder->modseq;
  for (guint i = 0; i < self->folder->messages->len; i++)
    {
      MockMessage *message = g_ptr_array_index (self->folder->messages, i);

      if (known == 0 || message->uid > view_uid (self, known - 1))
        g_array_append_val (self->view, message->uid);
    }
  if (self->view->len != known)
    mock_session_send (self, "* %u EXISTS\r\n", self->view->len);
}

/* Whether the message at @index of the view is in a sequence set (RFC 9051 section 9). */
static gboolean
in_set (MockSession *self, const char *set, gboolean by_uid, guint index)
{
  g_auto (GStrv) ranges = g_strsplit (set, ",", -1);
  guint64 number = by_uid ? view_uid (self, index) : index + 1;
  guint64 last = by_uid ? view_uid (self, self->view->len - 1) : self->view->len;

  for (guint i = 0; ranges[i] != NULL; i++)
    {
      g_auto (GStrv) ends = g_strsplit (ranges[i], ":", 2);
      guint64 a, b;

      if (ends[0] == NULL)
        continue;
      a = *ends[0] == '*' ? last : g_ascii_strtoull (ends[0], NULL, 10);
      b = ends[1] == NULL ? a : *ends[1] == '*' ? last : g_ascii_strtoull (ends[1], NULL, 10);
      if (number >= MIN (a, b) && number <= MAX (a, b))
        return TRUE;
    }
  return FALSE;
}

/* (element-type guint): the indexes in the view of the messages in @set that exist */
static GArray *
resolve_set (MockSession *self, const char *set, gboolean by_uid)
{
  GArray *indexes = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < self->view->len; i++)
    if (in_set (self, set, by_uid, i) &&
        mock_folder_find (self->folder, view_uid (self, i)) != NULL)
      g_array_append_val (indexes, i);
  return indexes;
}

static void
authenticated (MockSession *self, const char *tag, gboolean success)
{
  g_autofree char *capabilities = NULL;

  self->authenticated = success;
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
  g_autofree char *user = take_argument (&p);
  g_autofree char *password = take_argument (&p);

  if (user == NULL || password == NULL)
    bad (self, command);
  else
    authenticated (self, command->tag, check_login (self, user, password));
}

/* RFC 4616: authzid NUL authcid NUL password */
void
mock_session_sasl (MockSession *self, const char *response)
{
  gsize length;
  g_autofree char *data = (char *) g_base64_decode (response, &length);
  g_autofree char *text = g_strndup (data, length);
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
  g_autofree char *mechanism = take_argument (&p);
  g_autofree char *response = take_argument (&p);

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
  ok (self, command);
}

static void
do_starttls (MockSession *self, const TernMockImapCommand *command)
{
  if (mock_session_is_encrypted (self))
    {
      bad (self, command);
      return;
    }
  ok (self, command);
  self->upgrade = TRUE;
}

static void
do_id (MockSession *self, const TernMockImapCommand *command)
{
  mock_session_send (self, "* ID (\"name\" \"Mock\")\r\n");
  ok (self, command);
}

static void
do_enable (MockSession *self, const TernMockImapCommand *command)
{
  mock_session_send (self, "* ENABLED %s\r\n", command->args);
  ok (self, command);
}

static void
do_namespace (MockSession *self, const TernMockImapCommand *command)
{
  mock_session_send (self, "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n");
  ok (self, command);
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
  ok (self, command);
  self->closing = TRUE;
}

static void
do_noop (MockSession *self, const TernMockImapCommand *command)
{
  mock_session_update (self);
  ok (self, command);
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
  g_autofree char *name = take_argument (&p);
  g_autofree char *list = take_argument (&p);
  g_autofree char *items = list != NULL ? unwrap (list) : NULL;
  MockFolder *folder = name != NULL ? mock_server_find_folder (self->server, name) : NULL;

  if (items == NULL)
    bad (self, command);
  else if (folder == NULL)
    mock_session_send (self, "%s NO [NONEXISTENT] no such folder\r\n", command->tag);
  else
    {
      send_status (self, folder, items);
      ok (self, command);
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
    g_free (take_argument (&p));
  g_free (take_argument (&p));
  pattern = take_argument (&p);
  if (pattern == NULL)
    {
      bad (self, command);
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
  ok (self, command);
}

static void
do_select (MockSession *self, const TernMockImapCommand *command)
{
  const char *p = command->args;
  g_autofree char *name = take_argument (&p);
  MockFolder *folder = name != NULL ? mock_server_find_folder (self->server, name) : NULL;

  self->folder = NULL;
  g_array_set_size (self->view, 0);
  if (folder == NULL)
    {
      mock_session_send (self, "%s NO [NONEXISTENT] no such folder\r\n", command->tag);
      return;
    }
  self->folder = folder;
  self->read_only = g_str_equal (command->name, "EXAMINE");
  mock_session_send (self,
                     "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\r\n"
                     "* OK [PERMANENTFLAGS (%s)] kept\r\n",
                     self->read_only ? "" : "\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*");
  if (folder->messages->len == 0)
    mock_session_send (self, "* 0 EXISTS\r\n");
  mock_session_update (self);
  mock_session_send (self,
                     "* 0 RECENT\r\n"
                     "* OK [UIDVALIDITY %u] valid\r\n"
                     "* OK [UIDNEXT %u] next\r\n"
                     "* OK [HIGHESTMODSEQ %" G_GUINT64_FORMAT "] highest\r\n"
                     "%s OK [%s] %s done\r\n",
                     folder->uidvalidity, folder->uidnext, folder->modseq, command->tag,
                     self->read_only ? "READ-ONLY" : "READ-WRITE", command->name);
}

static void
expunge (MockSession *self, const char *uids)
{
  for (guint i = self->view->len; i > 0; i--)
    {
      MockMessage *message = mock_folder_find (self->folder, view_uid (self, i - 1));

      if (message != NULL && mock_flags_contain (message->flags, "\\Deleted") &&
          (uids == NULL || in_set (self, uids, TRUE, i - 1)))
        mock_folder_remove (self->folder, message->uid);
    }
}

static void
do_expunge (MockSession *self, const TernMockImapCommand *command)
{
  expunge (self, g_str_equal (command->name, "UID EXPUNGE") ? command->args : NULL);
  mock_session_update (self);
  mock_server_changed (self->server);
  ok (self, command);
}

static void
do_close (MockSession *self, const TernMockImapCommand *command)
{
  if (g_str_equal (command->name, "CLOSE") && !self->read_only)
    expunge (self, NULL);
  self->folder = NULL;
  g_array_set_size (self->view, 0);
  ok (self, command);
}

/* The items of a FETCH, one by one; UID always, under UID FETCH. */
static GPtrArray *
parse_items (const char *argument, gboolean by_uid)
{
  g_autofree char *inside = unwrap (argument);
  const char *p = inside;
  GPtrArray *items = g_ptr_array_new_with_free_func (g_free);
  char *item;

  if (by_uid)
    g_ptr_array_add (items, g_strdup ("UID"));
  while ((item = take_argument (&p)) != NULL)
    {
      /* Keywords may come in any case; what is in a section's list too, and is sent back as it
       * came. */
      for (char *c = item; *c != '\0' && *c != '('; c++)
        *c = g_ascii_toupper (*c);
      if (by_uid && g_str_equal (item, "UID"))
        g_free (item);
      else
        g_ptr_array_add (items, item);
    }
  return items;
}

static gboolean
send_fetch (MockSession *self, guint index, GPtrArray *items)
{
  MockMessage *message = mock_folder_find (self->folder, view_uid (self, index));

  mock_session_send (self, "* %u FETCH (", index + 1);
  for (guint i = 0; i < items->len; i++)
    {
      if (i > 0)
        mock_session_send (self, " ");
      if (!mock_message_append_item (message, g_ptr_array_index (items, i), self->out))
        return FALSE;
    }
  mock_session_send (self, ")\r\n");
  return TRUE;
}

static void
do_fetch (MockSession *self, const TernMockImapCommand *command)
{
  gboolean by_uid = g_str_has_prefix (command->name, "UID ");
  const char *p = command->args;
  g_autofree char *set = take_argument (&p);
  g_autofree char *list = take_argument (&p);
  const char *since = strstr (p, "CHANGEDSINCE ");
  guint64 modseq = since != NULL ? g_ascii_strtoull (since + 13, NULL, 10) : 0;
  g_autoptr (GPtrArray) items = NULL;
  g_autoptr (GArray) indexes = NULL;
  gsize start = self->out->len;

  if (list == NULL)
    {
      bad (self, command);
      return;
    }
  items = parse_items (list, by_uid);
  if (since != NULL && !g_ptr_array_find_with_equal_func (items, "MODSEQ", g_str_equal, NULL))
    g_ptr_array_add (items, g_strdup ("MODSEQ"));
  indexes = resolve_set (self, set, by_uid);
  for (guint i = 0; i < indexes->len; i++)
    {
      guint index = g_array_index (indexes, guint, i);

      if (mock_folder_find (self->folder, view_uid (self, index))->modseq <= modseq)
        continue;
      if (!send_fetch (self, index, items))
        {
          g_byte_array_set_size (self->out, (guint) start);
          bad (self, command);
          return;
        }
    }
  if (by_uid)
    mock_session_update (self);
  ok (self, command);
}

static void
do_store (MockSession *self, const TernMockImapCommand *command)
{
  gboolean by_uid = g_str_has_prefix (command->name, "UID ");
  const char *p = command->args;
  g_autofree char *set = take_argument (&p);
  g_autofree char *how = take_argument (&p);
  g_autofree char *list = take_argument (&p);
  g_autofree char *flags = list != NULL ? unwrap (list) : NULL;
  gboolean up_to_date = self->told == self->folder->modseq;
  g_autoptr (GArray) indexes = NULL;

  if (flags == NULL || g_ascii_strncasecmp (how + strspn (how, "+-"), "FLAGS", 5) != 0)
    {
      bad (self, command);
      return;
    }
  if (self->read_only)
    {
      mock_session_send (self, "%s NO [READ-ONLY] examined\r\n", command->tag);
      return;
    }
  indexes = resolve_set (self, set, by_uid);
  for (guint i = 0; i < indexes->len; i++)
    {
      guint index = g_array_index (indexes, guint, i);
      MockMessage *message = mock_folder_find (self->folder, view_uid (self, index));

      mock_message_change_flags (message, *how == '+' || *how == '-' ? *how : '=', flags);
      message->modseq = ++self->folder->modseq;
      if (strcasestr (how, ".SILENT") == NULL)
        mock_session_send (self,
                           "* %u FETCH (UID %u FLAGS (%s) MODSEQ (%" G_GUINT64_FORMAT "))\r\n",
                           index + 1, message->uid, message->flags, message->modseq);
    }
  /* Its own changes are no news to it. */
  if (up_to_date)
    self->told = self->folder->modseq;
  mock_server_changed (self->server);
  ok (self, command);
}

/* COPY and MOVE with their COPYUID (RFC 9051 sections 6.4.7 and 6.4.8) */
static void
do_copy (MockSession *self, const TernMockImapCommand *command)
{
  gboolean by_uid = g_str_has_prefix (command->name, "UID ");
  gboolean move = g_str_has_suffix (command->name, "MOVE");
  const char *p = command->args;
  g_autofree char *set = take_argument (&p);
  g_autofree char *name = take_argument (&p);
  MockFolder *target = name != NULL ? mock_server_find_folder (self->server, name) : NULL;
  g_autoptr (GArray) indexes = NULL;
  g_autoptr (GString) from = g_string_new (NULL), to = g_string_new (NULL);
  g_autofree char *code = NULL;

  if (target == NULL)
    {
      mock_session_send (self, "%s NO [TRYCREATE] no such folder\r\n", command->tag);
      return;
    }
  indexes = resolve_set (self, set, by_uid);
  for (guint i = 0; i < indexes->len; i++)
    {
      guint32 uid = view_uid (self, g_array_index (indexes, guint, i));
      MockMessage *copy = mock_folder_copy (target, mock_folder_find (self->folder, uid));

      g_string_append_printf (from, "%s%u", i > 0 ? "," : "", uid);
      g_string_append_printf (to, "%s%u", i > 0 ? "," : "", copy->uid);
      if (move)
        mock_folder_remove (self->folder, uid);
    }
  code = indexes->len > 0
             ? g_strdup_printf ("[COPYUID %u %s %s] ", target->uidvalidity, from->str, to->str)
             : g_strdup ("");
  if (move)
    {
      mock_session_send (self, "* OK %smoved\r\n", code);
      mock_session_update (self);
      ok (self, command);
    }
  else
    mock_session_send (self, "%s OK %scopied\r\n", command->tag, code);
  mock_server_changed (self->server);
}

/* One search key for one message; -1 where the key is not known. */
static int
search_key (MockSession *self, guint index, const char **p)
{
  static const char *const flag_keys[] = { "SEEN", "FLAGGED", "DELETED", "ANSWERED", "DRAFT" };
  MockMessage *message = mock_folder_find (self->folder, view_uid (self, index));
  g_autofree char *key = take_argument (p);
  gboolean negative;
  int inner;

  if (key == NULL || message == NULL)
    return -1;
  if (g_ascii_isdigit (*key) || *key == '*')
    return in_set (self, key, FALSE, index);
  for (char *c = key; *c != '\0'; c++)
    *c = g_ascii_toupper (*c);
  if (g_str_equal (key, "ALL"))
    return TRUE;
  if (g_str_equal (key, "NOT"))
    return (inner = search_key (self, index, p)) < 0 ? inner : !inner;
  negative = g_str_has_prefix (key, "UN");
  for (guint i = 0; i < G_N_ELEMENTS (flag_keys); i++)
    if (g_str_equal (key + (negative ? 2 : 0), flag_keys[i]))
      {
        g_autofree char *flag = g_strconcat ("\\", flag_keys[i], NULL);

        return mock_flags_contain (message->flags, flag) != negative;
      }
  {
    gboolean header = g_str_equal (key, "HEADER");
    g_autofree char *field = header ? take_argument (p) : NULL;
    g_autofree char *value = take_argument (p);

    if (value == NULL)
      return -1;
    if (g_str_equal (key, "UID"))
      return in_set (self, value, TRUE, index);
    if (header || g_str_equal (key, "SUBJECT") || g_str_equal (key, "FROM") ||
        g_str_equal (key, "TO"))
      return mock_message_matches (message, header ? field : key, value);
    if (g_str_equal (key, "TEXT") || g_str_equal (key, "BODY"))
      return mock_message_matches (message, NULL, value);
  }
  return -1;
}

static void
do_search (MockSession *self, const TernMockImapCommand *command)
{
  gboolean by_uid = g_str_has_prefix (command->name, "UID ");
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; i < self->view->len; i++)
    {
      const char *p = command->args;
      int match = TRUE;

      if (g_ascii_strncasecmp (p, "CHARSET ", 8) == 0)
        {
          p += 8;
          g_free (take_argument (&p));
        }
      for (skip_spaces (&p); *p != '\0' && match >= 0; skip_spaces (&p))
        {
          int one = search_key (self, i, &p);

          match = one < 0 ? one : match && one;
        }
      if (match < 0)
        {
          bad (self, command);
          return;
        }
      if (match)
        g_string_append_printf (found, " %u", by_uid ? view_uid (self, i) : i + 1);
    }
  mock_session_send (self, "* SEARCH%s\r\n", found->str);
  ok (self, command);
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
  { "ENABLE", NEEDS_LOGIN, do_enable },
  { "NAMESPACE", NEEDS_LOGIN, do_namespace },
  { "LIST", NEEDS_LOGIN, do_list },
  { "LSUB", NEEDS_LOGIN, do_list },
  { "STATUS", NEEDS_LOGIN, do_status },
  { "SELECT", NEEDS_LOGIN, do_select },
  { "EXAMINE", NEEDS_LOGIN, do_select },
  { "IDLE", NEEDS_LOGIN, do_idle },
  { "CHECK", NEEDS_FOLDER, do_noop },
  { "CLOSE", NEEDS_FOLDER, do_close },
  { "UNSELECT", NEEDS_FOLDER, do_close },
  { "EXPUNGE", NEEDS_FOLDER, do_expunge },
  { "UID EXPUNGE", NEEDS_FOLDER, do_expunge },
  { "FETCH", NEEDS_FOLDER, do_fetch },
  { "UID FETCH", NEEDS_FOLDER, do_fetch },
  { "STORE", NEEDS_FOLDER, do_store },
  { "UID STORE", NEEDS_FOLDER, do_store },
  { "COPY", NEEDS_FOLDER, do_copy },
  { "UID COPY", NEEDS_FOLDER, do_copy },
  { "MOVE", NEEDS_FOLDER, do_copy },
  { "UID MOVE", NEEDS_FOLDER, do_copy },
  { "SEARCH", NEEDS_FOLDER, do_search },
  { "UID SEARCH", NEEDS_FOLDER, do_search },
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
  bad (self, command);
}
