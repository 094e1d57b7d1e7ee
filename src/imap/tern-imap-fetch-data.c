/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-fetch-data.h"

#include <string.h>

#include "tern-imap-date.h"

/**
 * tern_imap_fetch_data_new:
 *
 * Returns: (transfer full): an empty value for tern_imap_fetch_data_parse()
 */
TernImapFetch *
tern_imap_fetch_data_new (void)
{
  TernImapFetch *self = g_new0 (TernImapFetch, 1);

  self->keywords = g_string_new (NULL);
  self->parts = g_array_new (FALSE, FALSE, sizeof (TernImapPart));
  self->strings = g_string_chunk_new (1024);
  return self;
}

/**
 * tern_imap_fetch_data_free:
 * @self: (transfer full): a value
 *
 * Frees it.
 */
void
tern_imap_fetch_data_free (TernImapFetch *self)
{
  g_string_free (self->keywords, TRUE);
  g_array_unref (self->parts);
  g_string_chunk_free (self->strings);
  g_free (self);
}

/**
 * tern_imap_parse_flags:
 * @response: a response
 * @list: a list of flags in it
 * @flags: (out): those that mean something to us
 * @keywords: takes the others but system flags, parted by single spaces
 *
 * Reads flags (RFC 9051 section 2.3.2) and the keywords of RFC 5788 that are known.
 */
void
tern_imap_parse_flags (const TernImapResponse *response,
                       guint list,
                       TernImapFlags *flags,
                       GString *keywords)
{
  static const struct
  {
    const char *name;
    TernImapFlags flag;
  } known[] = {
    { "\\Seen", TERN_IMAP_FLAG_SEEN },         { "\\Flagged", TERN_IMAP_FLAG_FLAGGED },
    { "\\Answered", TERN_IMAP_FLAG_ANSWERED }, { "\\Draft", TERN_IMAP_FLAG_DRAFT },
    { "\\Deleted", TERN_IMAP_FLAG_DELETED },   { "$Forwarded", TERN_IMAP_FLAG_FORWARDED },
    { "Forwarded", TERN_IMAP_FLAG_FORWARDED }, { "$Junk", TERN_IMAP_FLAG_JUNK },
    { "Junk", TERN_IMAP_FLAG_JUNK },
  };
  TernImapIter iter;
  guint node;

  *flags = 0;
  g_string_truncate (keywords, 0);
  tern_imap_iter_init (&iter, response, list);
  while ((node = tern_imap_iter_next (&iter)) != 0)
    {
      const char *name = tern_imap_response_get_string (response, node);
      guint i;

      for (i = 0; i < G_N_ELEMENTS (known) && name != NULL; i++)
        if (g_ascii_strcasecmp (name, known[i].name) == 0)
          {
            *flags |= known[i].flag;
            break;
          }
      if (name == NULL || *name == '\\' || *name == '\0' || i < G_N_ELEMENTS (known) ||
          keywords->len + strlen (name) >= TERN_IMAP_MAX_KEYWORDS ||
          !g_utf8_validate (name, -1, NULL))
        continue;
      if (keywords->len > 0)
        g_string_append_c (keywords, ' ');
      g_string_append (keywords, name);
    }
}

/**
 * tern_imap_fetch_data_parse_section:
 * @item: an item's name, such as `BODY[1.2]<100>`
 * @name: (out) (transfer full): what stands in the brackets; of `BINARY[1]` all of it
 * @origin: (out): the offset behind them, 0 for none
 *
 * Returns: whether @item names a body section
 */
gboolean
tern_imap_fetch_data_parse_section (const char *item, char **name, guint64 *origin)
{
  gboolean is_binary = g_ascii_strncasecmp (item, "BINARY[", 7) == 0;
  const char *open, *close;

  *origin = 0;
  if (!is_binary && g_ascii_strncasecmp (item, "BODY[", 5) != 0)
    return FALSE;
  open = strchr (item, '[');
  close = strchr (open, ']');
  if (close == NULL)
    return FALSE;
  if (close[1] == '<')
    *origin = g_ascii_strtoull (close + 2, NULL, 10);
  *name = is_binary ? g_strndup (item, (gsize) (close + 1 - item))
                    : g_strndup (open + 1, (gsize) (close - open - 1));
  return TRUE;
}

static void
add_section (TernImapFetch *self, const char *item, guint value)
{
  const TernImapNode *node = &self->response->nodes[value];
  TernImapSection *section;
  g_autofree char *name = NULL;
  guint64 origin;

  if (self->n_sections == TERN_IMAP_MAX_SECTIONS ||
      !tern_imap_fetch_data_parse_section (item, &name, &origin))
    {
      self->is_damaged = TRUE;
      return;
    }
  section = &self->sections[self->n_sections++];
  section->name = g_string_chunk_insert (self->strings, name);
  section->origin = origin;
  section->data = tern_imap_response_get_string (self->response, value);
  section->length = section->data != NULL ? node->length : 0;
  section->is_streamed = node->kind == TERN_IMAP_NODE_STREAMED;
}

/* What names a message beyond its mailbox. */
static void
parse_identity (TernImapFetch *self, const char *name, guint value)
{
  if (g_ascii_strcasecmp (name, "EMAILID") == 0)
    self->email_id = tern_imap_response_get_id (self->response, value);
  else if (g_ascii_strcasecmp (name, "THREADID") == 0)
    self->thread_id = tern_imap_response_get_id (self->response, value);
  else if (g_ascii_strcasecmp (name, "X-GM-MSGID") == 0)
    self->gmail_id = tern_imap_response_get_id (self->response, value);
  else if (g_ascii_strcasecmp (name, "X-GM-THRID") == 0)
    self->gmail_thread = tern_imap_response_get_id (self->response, value);
  else if (g_ascii_strcasecmp (name, "X-GM-LABELS") == 0)
    {
      self->labels = value;
      self->items |= TERN_IMAP_HAS_LABELS;
    }
}

/* Puts one item's value in its place. Unknown items are left alone. */
static void
parse_item (TernImapFetch *self, const char *name, guint value)
{
  const TernImapResponse *response = self->response;
  gboolean good = TRUE;

  if (g_ascii_strcasecmp (name, "UID") == 0)
    good = (self->uid = tern_imap_response_get_uint32 (response, value)) != 0;
  else if (g_ascii_strcasecmp (name, "FLAGS") == 0)
    {
      tern_imap_parse_flags (response, value, &self->flags, self->keywords);
      self->items |= TERN_IMAP_HAS_FLAGS;
    }
  else if (g_ascii_strcasecmp (name, "INTERNALDATE") == 0)
    {
      good =
          tern_imap_parse_date_time (tern_imap_response_get_string (response, value), &self->date);
      self->items |= good ? TERN_IMAP_HAS_DATE : 0;
    }
  else if (g_ascii_strcasecmp (name, "RFC822.SIZE") == 0)
    {
      good = tern_imap_response_get_number (response, value, &self->size);
      self->items |= good ? TERN_IMAP_HAS_SIZE : 0;
    }
  else if (g_ascii_strcasecmp (name, "MODSEQ") == 0)
    {
      guint number = tern_imap_response_is_list (response, value) ? value + 1 : value;

      if (tern_imap_response_get_number (response, number, &self->modseq))
        self->items |= TERN_IMAP_HAS_MODSEQ;
    }
  else if (g_ascii_strcasecmp (name, "ENVELOPE") == 0)
    {
      good = tern_imap_envelope_parse (&self->envelope, response, value);
      self->items |= good ? TERN_IMAP_HAS_ENVELOPE : 0;
    }
  else if (g_ascii_strcasecmp (name, "BODYSTRUCTURE") == 0)
    {
      good = tern_imap_structure_parse (self, value);
      self->items |= good ? TERN_IMAP_HAS_STRUCTURE : 0;
    }
  else if (g_ascii_strcasecmp (name, "PREVIEW") == 0)
    self->preview = tern_imap_response_get_string (response, value);
  else if (g_ascii_strncasecmp (name, "BODY[", 5) == 0 ||
           g_ascii_strncasecmp (name, "BINARY[", 7) == 0)
    add_section (self, name, value);
  else
    parse_identity (self, name, value);
  if (!good)
    self->is_damaged = TRUE;
}

/**
 * tern_imap_fetch_data_parse:
 * @self: a value; what it held before is gone
 * @response: a response; must live as long as @self is looked at
 *
 * Reads `* n FETCH (…)`. An item that cannot be understood is left out and marks @self as damaged.
 *
 * Returns: whether @response is a FETCH
 */
gboolean
tern_imap_fetch_data_parse (TernImapFetch *self, const TernImapResponse *response)
{
  TernImapIter iter;
  guint name;

  if (response->n_nodes < 4 || !tern_imap_response_equal (response, 2, "FETCH"))
    return FALSE;
  self->response = response;
  self->seq = tern_imap_response_get_uint32 (response, 1);
  self->uid = 0;
  self->items = 0;
  self->n_sections = 0;
  self->flags = 0;
  self->date = 0;
  self->size = self->modseq = 0;
  self->preview = NULL;
  self->email_id = self->thread_id = self->gmail_id = self->gmail_thread = NULL;
  self->labels = 0;
  self->is_damaged = response->damaged;
  g_string_truncate (self->keywords, 0);
  g_array_set_size (self->parts, 0);
  g_string_chunk_clear (self->strings);

  tern_imap_iter_init (&iter, response, 3);
  while ((name = tern_imap_iter_next (&iter)) != 0)
    {
      const char *word = tern_imap_response_get_string (response, name);
      guint value = tern_imap_iter_next (&iter);

      if (word == NULL || value == 0)
        {
          self->is_damaged = TRUE;
          break;
        }
      parse_item (self, word, value);
    }
  return TRUE;
}
