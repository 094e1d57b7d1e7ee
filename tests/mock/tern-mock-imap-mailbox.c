/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mock-imap-private.h"

#include <string.h>

static const char default_letter[] = "From: Ada Example <ada@example.org>\r\n"
                                     "To: user@example.org\r\n"
                                     "Subject: A small letter\r\n"
                                     "Date: Fri, 17 Jul 2026 10:00:00 +0000\r\n"
                                     "Message-ID: <small@example.org>\r\n"
                                     "Content-Type: text/plain; charset=utf-8\r\n"
                                     "\r\n"
                                     "Hello.\r\n";

static void
message_free (gpointer data)
{
  MockMessage *self = data;

  g_free (self->flags);
  g_free (self->internaldate);
  g_free (self->raw);
  g_free (self->envelope);
  g_free (self->bodystructure);
  g_free (self->preview);
  g_hash_table_unref (self->sections);
  g_free (self);
}

MockFolder *
mock_folder_new (const char *name, const char *attributes)
{
  MockFolder *self = g_new0 (MockFolder, 1);

  self->name = g_strdup (name);
  self->attributes = g_strdup (attributes);
  self->uidvalidity = 1;
  self->uidnext = 1;
  self->modseq = 1;
  self->messages = g_ptr_array_new_with_free_func (message_free);
  self->gone = g_array_new (FALSE, FALSE, sizeof (MockGone));
  return self;
}

void
mock_folder_free (gpointer data)
{
  MockFolder *self = data;

  g_free (self->name);
  g_free (self->attributes);
  g_ptr_array_unref (self->messages);
  g_array_unref (self->gone);
  g_free (self);
}

MockMessage *
mock_folder_add (MockFolder *self, const TernMockImapMessage *message)
{
  MockMessage *added = g_new0 (MockMessage, 1);
  const char *raw = message->raw != NULL ? message->raw : default_letter;

  g_assert_true (message->uid == 0 || message->uid >= self->uidnext);
  added->uid = message->uid != 0 ? message->uid : self->uidnext;
  added->modseq = ++self->modseq;
  added->flags = g_strdup (message->flags != NULL ? message->flags : "");
  added->internaldate = g_strdup (message->internaldate != NULL ? message->internaldate
                                                                : "17-Jul-2026 10:00:00 +0000");
  added->raw_length =
      message->raw != NULL && message->raw_length > 0 ? message->raw_length : strlen (raw);
  added->raw = g_malloc (added->raw_length + 1);
  memcpy (added->raw, raw, added->raw_length);
  added->raw[added->raw_length] = '\0';
  added->size = message->size != 0 ? message->size : (guint32) added->raw_length;
  added->envelope = g_strdup (message->envelope);
  added->bodystructure = g_strdup (message->bodystructure);
  added->preview = g_strdup (message->preview);
  added->sections =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  self->uidnext = added->uid + 1;
  g_ptr_array_add (self->messages, added);
  return added;
}

MockMessage *
mock_folder_copy (MockFolder *self, const MockMessage *message)
{
  MockMessage *copy = mock_folder_add (self, &(TernMockImapMessage){
                                                 .flags = message->flags,
                                                 .internaldate = message->internaldate,
                                                 .raw = message->raw,
                                                 .raw_length = message->raw_length,
                                                 .size = message->size,
                                                 .envelope = message->envelope,
                                                 .bodystructure = message->bodystructure,
                                                 .preview = message->preview,
                                             });
  GHashTableIter iter;
  gpointer section, data;

  g_hash_table_iter_init (&iter, message->sections);
  while (g_hash_table_iter_next (&iter, &section, &data))
    g_hash_table_insert (copy->sections, g_strdup (section), g_bytes_ref (data));
  return copy;
}

MockMessage *
mock_folder_find (MockFolder *self, guint32 uid)
{
  for (guint i = 0; i < self->messages->len; i++)
    {
      MockMessage *message = g_ptr_array_index (self->messages, i);

      if (message->uid == uid)
        return message;
    }
  return NULL;
}

void
mock_folder_remove (MockFolder *self, guint32 uid)
{
  MockGone gone = { uid, ++self->modseq };

  g_ptr_array_remove (self->messages, mock_folder_find (self, uid));
  g_array_append_val (self->gone, gone);
}

void
mock_folder_renumber (MockFolder *self, guint32 uidvalidity)
{
  self->uidvalidity = uidvalidity;
  self->uidnext = 1;
  g_array_set_size (self->gone, 0);
  for (guint i = 0; i < self->messages->len; i++)
    ((MockMessage *) g_ptr_array_index (self->messages, i))->uid = self->uidnext++;
}

guint
mock_folder_count (MockFolder *self, const char *flag, gboolean set)
{
  guint count = 0;

  for (guint i = 0; i < self->messages->len; i++)
    {
      MockMessage *message = g_ptr_array_index (self->messages, i);

      count += mock_flags_contain (message->flags, flag) == set;
    }
  return count;
}

gboolean
mock_flags_contain (const char *flags, const char *flag)
{
  g_auto (GStrv) all = g_strsplit (flags, " ", -1);

  for (guint i = 0; all[i] != NULL; i++)
    if (g_ascii_strcasecmp (all[i], flag) == 0)
      return TRUE;
  return FALSE;
}

/* @how is '+', '-' or '=' as in STORE (RFC 9051 section 6.4.6). */
void
mock_message_change_flags (MockMessage *self, char how, const char *flags)
{
  g_autoptr (GString) result = g_string_new (NULL);
  g_auto (GStrv) old = g_strsplit (self->flags, " ", -1);
  g_auto (GStrv) given = g_strsplit (flags, " ", -1);

  for (guint i = 0; how != '=' && old[i] != NULL; i++)
    if (*old[i] != '\0' && (how == '+' || !mock_flags_contain (flags, old[i])))
      g_string_append_printf (result, "%s%s", result->len > 0 ? " " : "", old[i]);
  for (guint i = 0; how != '-' && given[i] != NULL; i++)
    if (*given[i] != '\0' && !mock_flags_contain (result->str, given[i]))
      g_string_append_printf (result, "%s%s", result->len > 0 ? " " : "", given[i]);
  g_free (self->flags);
  self->flags = g_string_free (g_steal_pointer (&result), FALSE);
}

static gsize
header_length (MockMessage *self)
{
  const char *end = g_strstr_len (self->raw, (gssize) self->raw_length, "\r\n\r\n");

  return end != NULL ? (gsize) (end - self->raw) + 4 : self->raw_length;
}

/* The header fields that @names (separated by spaces) lists, or those that it does not list. */
static char *
select_fields (MockMessage *self, const char *names, gboolean listed)
{
  g_autofree char *header = g_strndup (self->raw, header_length (self));
  g_auto (GStrv) lines = g_strsplit (header, "\r\n", -1);
  GString *fields = g_string_new (NULL);
  gboolean taken = FALSE;

  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      if (*lines[i] != ' ' && *lines[i] != '\t')
        {
          g_autofree char *name = g_strndup (lines[i], strcspn (lines[i], ":"));

          taken = mock_flags_contain (names, name) == listed;
        }
      if (taken)
        g_string_append_printf (fields, "%s\r\n", lines[i]);
    }
  g_string_append (fields, "\r\n");
  return g_string_free (fields, FALSE);
}

static char *
dup_field (MockMessage *self, const char *name)
{
  g_autofree char *field = select_fields (self, name, TRUE);
  char *value = strchr (field, ':');

  return value != NULL ? g_strdup (g_strstrip (value + 1)) : NULL;
}

static void
append_quoted (GString *text, const char *value)
{
  if (value == NULL)
    {
      g_string_append (text, "NIL");
      return;
    }
  g_string_append_c (text, '"');
  for (const char *p = value; *p != '\0'; p++)
    {
      if (*p == '"' || *p == '\\')
        g_string_append_c (text, '\\');
      if (*p != '\r' && *p != '\n')
        g_string_append_c (text, *p);
    }
  g_string_append_c (text, '"');
}

/* "Name <mailbox@host>, mailbox@host": enough for letters that tests write. */
static void
append_addresses (GString *text, const char *value)
{
  g_auto (GStrv) addresses = value != NULL ? g_strsplit (value, ",", -1) : NULL;

  if (addresses == NULL || addresses[0] == NULL)
    {
      g_string_append (text, "NIL");
      return;
    }
  g_string_append_c (text, '(');
  for (guint i = 0; addresses[i] != NULL; i++)
    {
      char *angle = strchr (addresses[i], '<');
      g_autofree char *spec = g_strdup (angle != NULL ? angle + 1 : addresses[i]);
      g_autofree char *name =
          angle != NULL ? g_strndup (addresses[i], (gsize) (angle - addresses[i])) : NULL;
      char *at;

      g_strdelimit (spec, ">", '\0');
      g_strstrip (spec);
      at = strchr (spec, '@');
      if (at != NULL)
        *at++ = '\0';
      g_string_append_c (text, '(');
      append_quoted (text, name != NULL && *g_strstrip (name) != '\0' ? name : NULL);
      g_string_append (text, " NIL ");
      append_quoted (text, spec);
      g_string_append_c (text, ' ');
      append_quoted (text, at != NULL ? at : "");
      g_string_append_c (text, ')');
    }
  g_string_append_c (text, ')');
}

static char *
make_envelope (MockMessage *self)
{
  static const char *const fields[] = {
    "Date", "Subject", "From", "From", "From", "To", "Cc", "Bcc", "In-Reply-To", "Message-ID",
  };
  GString *text = g_string_new ("(");

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autofree char *value = dup_field (self, fields[i]);

      if (i > 0)
        g_string_append_c (text, ' ');
      if (i >= 2 && i <= 7)
        append_addresses (text, value);
      else
        append_quoted (text, value);
    }
  g_string_append_c (text, ')');
  return g_string_free (text, FALSE);
}

static char *
make_bodystructure (MockMessage *self)
{
  gsize body = header_length (self);
  guint lines = 0;

  for (gsize i = body; i < self->raw_length; i++)
    lines += self->raw[i] == '\n';
  return g_strdup_printf (
      "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"utf-8\") NIL NIL \"7BIT\" %" G_GSIZE_FORMAT " %u)",
      self->raw_length - body, lines);
}

/* (nullable): what BODY[@section] gives */
static GBytes *
dup_section (MockMessage *self, const char *section)
{
  GBytes *given = g_hash_table_lookup (self->sections, section);
  gsize header = header_length (self);
  gboolean not_listed = g_str_has_prefix (section, "HEADER.FIELDS.NOT (");

  if (given != NULL)
    return g_bytes_ref (given);
  if (*section == '\0')
    return g_bytes_new (self->raw, self->raw_length);
  if (g_str_equal (section, "HEADER"))
    return g_bytes_new (self->raw, header);
  if (g_str_equal (section, "TEXT") || g_str_equal (section, "1"))
    return g_bytes_new (self->raw + header, self->raw_length - header);
  if (not_listed || g_str_has_prefix (section, "HEADER.FIELDS ("))
    {
      g_autofree char *names = g_strdup (strchr (section, '(') + 1);
      char *fields;

      g_strdelimit (names, "()\"", ' ');
      fields = select_fields (self, g_strstrip (names), !not_listed);
      return g_bytes_new_take (fields, strlen (fields));
    }
  return NULL;
}

/* BODY[SECTION]<FIRST.COUNT>, RFC 9051 section 6.4.5 */
static gboolean
append_body (MockMessage *self, const char *item, GByteArray *out)
{
  const char *open = strchr (item, '[');
  const char *close = strrchr (item, ']');
  g_autofree char *section = NULL;
  g_autofree char *label = NULL;
  g_autoptr (GBytes) data = NULL;
  guint64 first = 0, count = G_MAXUINT32;
  gsize length;
  const guint8 *bytes;

  if (open == NULL || close == NULL)
    return FALSE;
  section = g_strndup (open + 1, (gsize) (close - open - 1));
  data = dup_section (self, section);
  if (data == NULL)
    {
      label = g_strdup_printf ("BODY[%s] NIL", section);
      g_byte_array_append (out, (const guint8 *) label, (guint) strlen (label));
      return TRUE;
    }
  bytes = g_bytes_get_data (data, &length);
  if (close[1] == '<')
    {
      char *end;

      first = g_ascii_strtoull (close + 2, &end, 10);
      count = *end == '.' ? g_ascii_strtoull (end + 1, NULL, 10) : count;
      label = g_strdup_printf ("BODY[%s]<%" G_GUINT64_FORMAT ">", section, first);
    }
  else
    label = g_strdup_printf ("BODY[%s]", section);
  first = MIN (first, length);
  count = MIN (count, length - first);
  {
    g_autofree char *start = g_strdup_printf ("%s {%" G_GUINT64_FORMAT "}\r\n", label, count);

    g_byte_array_append (out, (const guint8 *) start, (guint) strlen (start));
  }
  g_byte_array_append (out, bytes + first, (guint) count);
  return TRUE;
}

gboolean
mock_message_append_item (MockMessage *self, const char *item, GByteArray *out)
{
  g_autofree char *text = NULL;

  if (g_str_equal (item, "UID"))
    text = g_strdup_printf ("UID %u", self->uid);
  else if (g_str_equal (item, "FLAGS"))
    text = g_strdup_printf ("FLAGS (%s)", self->flags);
  else if (g_str_equal (item, "MODSEQ"))
    text = g_strdup_printf ("MODSEQ (%" G_GUINT64_FORMAT ")", self->modseq);
  else if (g_str_equal (item, "INTERNALDATE"))
    text = g_strdup_printf ("INTERNALDATE \"%s\"", self->internaldate);
  else if (g_str_equal (item, "RFC822.SIZE"))
    text = g_strdup_printf ("RFC822.SIZE %u", self->size);
  else if (g_str_equal (item, "ENVELOPE"))
    {
      g_autofree char *made = self->envelope == NULL ? make_envelope (self) : NULL;

      text = g_strdup_printf ("ENVELOPE %s", made != NULL ? made : self->envelope);
    }
  else if (g_str_equal (item, "BODYSTRUCTURE") || g_str_equal (item, "BODY"))
    {
      g_autofree char *made = self->bodystructure == NULL ? make_bodystructure (self) : NULL;

      text = g_strdup_printf ("%s %s", item, made != NULL ? made : self->bodystructure);
    }
  else if (g_str_equal (item, "PREVIEW"))
    text = self->preview != NULL ? g_strdup_printf ("PREVIEW \"%s\"", self->preview)
                                 : g_strdup ("PREVIEW NIL");
  else if (g_str_has_prefix (item, "BODY[") || g_str_has_prefix (item, "BODY.PEEK["))
    {
      if (g_str_has_prefix (item, "BODY[") && !mock_flags_contain (self->flags, "\\Seen"))
        mock_message_change_flags (self, '+', "\\Seen");
      return append_body (self, item, out);
    }
  else
    {
      GBytes *given = g_hash_table_lookup (self->sections, item);

      if (given == NULL)
        return FALSE;
      text = g_strdup_printf ("%s %.*s", item, (int) g_bytes_get_size (given),
                              (const char *) g_bytes_get_data (given, NULL));
    }
  g_byte_array_append (out, (const guint8 *) text, (guint) strlen (text));
  return TRUE;
}

/* Whether the header field (%NULL: the letter) contains @needle, whatever its case. */
gboolean
mock_message_matches (MockMessage *self, const char *header, const char *needle)
{
  g_autofree char *field = header != NULL ? dup_field (self, header) : g_strdup (self->raw);
  g_autofree char *folded = g_ascii_strdown (field != NULL ? field : "", -1);
  g_autofree char *wanted = g_ascii_strdown (needle, -1);

  return strstr (folded, wanted) != NULL;
}

static int
compare_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* (transfer full): what tern_mock_imap_server_describe() gives */
char *
mock_folder_describe (MockFolder *self)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < self->messages->len; i++)
    {
      MockMessage *message = g_ptr_array_index (self->messages, i);
      g_autofree char *subject = dup_field (message, "Subject");
      g_auto (GStrv) flags = g_strsplit (message->flags, " ", -1);
      g_autofree char *sorted = NULL;

      qsort (flags, g_strv_length (flags), sizeof *flags, compare_text);
      sorted = g_strjoinv (" ", flags);
      g_ptr_array_add (lines, g_strdup_printf ("%s: %s\n", subject, sorted));
    }
  g_ptr_array_sort (lines, compare_text);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("", (char **) lines->pdata);
}

guint32
mock_folder_find_subject (MockFolder *self, const char *subject)
{
  for (guint i = 0; i < self->messages->len; i++)
    {
      MockMessage *message = g_ptr_array_index (self->messages, i);
      g_autofree char *other = dup_field (message, "Subject");

      if (g_strcmp0 (other, subject) == 0)
        return message->uid;
    }
  return 0;
}
