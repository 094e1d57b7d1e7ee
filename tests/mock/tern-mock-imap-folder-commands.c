/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mock-imap-private.h"

#include <string.h>

/* What the commands on a folder's messages do by default. */

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
        if (self->qresync)
          mock_session_send (self, "* VANISHED %u\r\n", view_uid (self, i - 1));
        else
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

/* Whether a number is in a sequence set (RFC 9051 section 9) in which "*" is @last. */
static gboolean
is_in_set (const char *set, guint64 number, guint64 last)
{
  g_auto (GStrv) ranges = g_strsplit (set, ",", -1);

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

static gboolean
in_set (MockSession *self, const char *set, gboolean by_uid, guint index)
{
  return by_uid ? is_in_set (set, view_uid (self, index), view_uid (self, self->view->len - 1))
                : is_in_set (set, index + 1, self->view->len);
}

/* RFC 7162 section 3.2.6 */
static void
send_vanished (MockSession *self, const char *set, guint64 modseq)
{
  g_autoptr (GString) uids = g_string_new (NULL);

  for (guint i = 0; i < self->folder->gone->len; i++)
    {
      const MockGone *gone = &g_array_index (self->folder->gone, MockGone, i);

      if (gone->modseq > modseq && is_in_set (set, gone->uid, self->folder->uidnext))
        g_string_append_printf (uids, "%s%u", uids->len > 0 ? "," : "", gone->uid);
    }
  if (uids->len > 0)
    mock_session_send (self, "* VANISHED (EARLIER) %s\r\n", uids->str);
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

void
mock_do_select (MockSession *self, const TernMockImapCommand *command)
{
  const char *p = command->args;
  g_autofree char *name = mock_take_argument (&p);
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

void
mock_do_expunge (MockSession *self, const TernMockImapCommand *command)
{
  expunge (self, g_str_equal (command->name, "UID EXPUNGE") ? command->args : NULL);
  mock_session_update (self);
  mock_server_changed (self->server);
  mock_ok (self, command);
}

void
mock_do_close (MockSession *self, const TernMockImapCommand *command)
{
  if (g_str_equal (command->name, "CLOSE") && !self->read_only)
    expunge (self, NULL);
  self->folder = NULL;
  g_array_set_size (self->view, 0);
  mock_ok (self, command);
}

/* The items of a FETCH, one by one; UID always, under UID FETCH. */
static GPtrArray *
parse_items (const char *argument, gboolean by_uid)
{
  g_autofree char *inside = mock_unwrap (argument);
  const char *p = inside;
  GPtrArray *items = g_ptr_array_new_with_free_func (g_free);
  char *item;

  if (by_uid)
    g_ptr_array_add (items, g_strdup ("UID"));
  while ((item = mock_take_argument (&p)) != NULL)
    {
      /* Keywords may come in any case; what is in a section's list too, and is sent back as it
       * came. */
      for (char *c = item; *c != '\0' && *c != '('; c++)
        *c = g_ascii_toupper (*c);
      if ((by_uid && g_str_equal (item, "UID")) || g_str_equal (item, "(LAZY)"))
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

void
mock_do_fetch (MockSession *self, const TernMockImapCommand *command)
{
  gboolean by_uid = g_str_has_prefix (command->name, "UID ");
  const char *p = command->args;
  g_autofree char *set = mock_take_argument (&p);
  g_autofree char *list = mock_take_argument (&p);
  const char *since = strstr (p, "CHANGEDSINCE ");
  guint64 modseq = since != NULL ? g_ascii_strtoull (since + 13, NULL, 10) : 0;
  g_autoptr (GPtrArray) items = NULL;
  g_autoptr (GArray) indexes = NULL;
  gsize start = self->out->len;

  if (list == NULL)
    {
      mock_bad (self, command);
      return;
    }
  items = parse_items (list, by_uid);
  if (since != NULL && !g_ptr_array_find_with_equal_func (items, "MODSEQ", g_str_equal, NULL))
    g_ptr_array_add (items, g_strdup ("MODSEQ"));
  indexes = resolve_set (self, set, by_uid);
  if (self->qresync && strstr (p, "VANISHED") != NULL)
    send_vanished (self, set, modseq);
  for (guint i = 0; i < indexes->len; i++)
    {
      guint index = g_array_index (indexes, guint, i);

      if (mock_folder_find (self->folder, view_uid (self, index))->modseq <= modseq)
        continue;
      if (!send_fetch (self, index, items))
        {
          g_byte_array_set_size (self->out, (guint) start);
          mock_bad (self, command);
          return;
        }
    }
  if (by_uid)
    mock_session_update (self);
  mock_ok (self, command);
}

void
mock_do_store (MockSession *self, const TernMockImapCommand *command)
{
  gboolean by_uid = g_str_has_prefix (command->name, "UID ");
  const char *p = command->args;
  g_autofree char *set = mock_take_argument (&p);
  g_autofree char *how = mock_take_argument (&p);
  g_autofree char *list = mock_take_argument (&p);
  g_autofree char *flags = list != NULL ? mock_unwrap (list) : NULL;
  gboolean up_to_date = self->told == self->folder->modseq;
  g_autoptr (GArray) indexes = NULL;

  if (flags == NULL || g_ascii_strncasecmp (how + strspn (how, "+-"), "FLAGS", 5) != 0)
    {
      mock_bad (self, command);
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
  mock_ok (self, command);
}

/* COPY and MOVE with their COPYUID (RFC 9051 sections 6.4.7 and 6.4.8) */
void
mock_do_copy (MockSession *self, const TernMockImapCommand *command)
{
  gboolean by_uid = g_str_has_prefix (command->name, "UID ");
  gboolean move = g_str_has_suffix (command->name, "MOVE");
  const char *p = command->args;
  g_autofree char *set = mock_take_argument (&p);
  g_autofree char *name = mock_take_argument (&p);
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
      mock_ok (self, command);
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
  g_autofree char *key = mock_take_argument (p);
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
  if (g_str_equal (key, "OR"))
    {
      int one = search_key (self, index, p), other = search_key (self, index, p);

      return one < 0 || other < 0 ? -1 : one || other;
    }
  negative = g_str_has_prefix (key, "UN");
  for (guint i = 0; i < G_N_ELEMENTS (flag_keys); i++)
    if (g_str_equal (key + (negative ? 2 : 0), flag_keys[i]))
      {
        g_autofree char *flag = g_strconcat ("\\", flag_keys[i], NULL);

        return mock_flags_contain (message->flags, flag) != negative;
      }
  {
    gboolean header = g_str_equal (key, "HEADER");
    g_autofree char *field = header ? mock_take_argument (p) : NULL;
    g_autofree char *value = mock_take_argument (p);

    if (value == NULL)
      return -1;
    if (g_str_equal (key, "UID"))
      return in_set (self, value, TRUE, index);
    if (header || g_str_equal (key, "SUBJECT") || g_str_equal (key, "FROM") ||
        g_str_equal (key, "TO") || g_str_equal (key, "CC"))
      return mock_message_matches (message, header ? field : key, value);
    if (g_str_equal (key, "SINCE") || g_str_equal (key, "BEFORE"))
      return TRUE; /* days are the same everywhere */
    if (g_str_equal (key, "TEXT") || g_str_equal (key, "BODY"))
      return mock_message_matches (message, NULL, value);
  }
  return -1;
}

void
mock_do_search (MockSession *self, const TernMockImapCommand *command)
{
  gboolean by_uid = g_str_has_prefix (command->name, "UID ");
  gboolean extended = g_str_has_prefix (command->args, "RETURN (ALL) ");
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; i < self->view->len; i++)
    {
      const char *p = command->args + (extended ? strlen ("RETURN (ALL) ") : 0);
      int match = TRUE;

      if (g_ascii_strncasecmp (p, "CHARSET ", 8) == 0)
        {
          p += 8;
          g_free (mock_take_argument (&p));
        }
      for (p += strspn (p, " "); *p != '\0' && match >= 0; p += strspn (p, " "))
        {
          int one = search_key (self, i, &p);

          match = one < 0 ? one : match && one;
        }
      if (match < 0)
        {
          mock_bad (self, command);
          return;
        }
      if (match)
        g_string_append_printf (found, "%c%u", extended && found->len > 0 ? ',' : ' ',
                                by_uid ? view_uid (self, i) : i + 1);
    }
  if (extended)
    mock_session_send (self, "* ESEARCH (TAG \"%s\")%s%s%s\r\n", command->tag, by_uid ? " UID" : "",
                       found->len > 0 ? " ALL" : "", found->str);
  else
    mock_session_send (self, "* SEARCH%s\r\n", found->str);
  mock_ok (self, command);
}
