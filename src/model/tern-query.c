/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-query.h"

#include <gio/gio.h>
#include <string.h>

#include "tern-error.h"

G_DEFINE_BOXED_TYPE (TernQuery, tern_query, tern_query_ref, tern_query_unref)

static const struct
{
  const char *name;
  TernQueryField field;
} fields[] = {
  { "from", TERN_QUERY_FROM },
  { "to", TERN_QUERY_TO },
  { "subject", TERN_QUERY_SUBJECT },
  { "body", TERN_QUERY_BODY },
};

static const struct
{
  const char *value;
  TernFlags with;
  TernFlags without;
} states[] = {
  { "unread", 0, TERN_FLAGS_SEEN },     { "read", TERN_FLAGS_SEEN, 0 },
  { "starred", TERN_FLAGS_FLAGGED, 0 }, { "unstarred", 0, TERN_FLAGS_FLAGGED },
  { "flagged", TERN_FLAGS_FLAGGED, 0 }, { "unflagged", 0, TERN_FLAGS_FLAGGED },
};

static void
term_free (gpointer data)
{
  TernQueryTerm *term = data;

  g_free ((char *) term->text);
  g_free (term);
}

static gboolean
add_term (TernQuery *self, TernQueryField field, const char *text, GError **error)
{
  g_autofree char *whole = g_strstrip (g_strdup (text));
  TernQueryTerm term = { field, NULL };

  if (*whole == '\0')
    return TRUE;
  if (self->terms->len == TERN_QUERY_MAX_TERMS)
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_LIMIT, "so many words at once");
      return FALSE;
    }
  term.text = g_utf8_normalize (whole, -1, G_NORMALIZE_DEFAULT_COMPOSE);
  g_ptr_array_add (self->terms, g_memdup2 (&term, sizeof term));
  return TRUE;
}

/* Midnight of `YYYY-MM-DD` or `YYYY/MM/DD` here. */
static gboolean
parse_day (const char *text, gint64 *seconds, GError **error)
{
  static const char pattern[] = "dddd-dd-dd";
  g_autoptr (GDateTime) day = NULL;
  gboolean good = strlen (text) == strlen (pattern);

  for (guint i = 0; good && pattern[i] != '\0'; i++)
    good = pattern[i] == 'd' ? g_ascii_isdigit (text[i]) : text[i] == '-' || text[i] == '/';
  if (good)
    day = g_date_time_new_local ((gint) g_ascii_strtoll (text, NULL, 10),
                                 (gint) g_ascii_strtoll (text + 5, NULL, 10),
                                 (gint) g_ascii_strtoll (text + 8, NULL, 10), 0, 0, 0);
  if (day == NULL)
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID, "“%s” is no day such as 2024-12-31",
                   text);
      return FALSE;
    }
  *seconds = g_date_time_to_unix (day);
  return TRUE;
}

static gboolean
add_state (TernQuery *self, const char *value, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (g_ascii_strcasecmp (value, states[i].value) == 0)
      {
        self->with |= states[i].with;
        self->without |= states[i].without;
        return TRUE;
      }
  g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID, "“is:%s” is not known", value);
  return FALSE;
}

static gboolean
add_content (TernQuery *self, const char *value, GError **error)
{
  if (g_ascii_strcasecmp (value, "attachment") == 0 ||
      g_ascii_strcasecmp (value, "attachments") == 0)
    {
      self->has_attachments = TRUE;
      return TRUE;
    }
  g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID, "“has:%s” is not known", value);
  return FALSE;
}

/* `NAME:VALUE`; a name that is not known makes it a text like any other. */
static gboolean
add_named (TernQuery *self, const char *name, const char *value, gboolean *known, GError **error)
{
  *known = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (g_ascii_strcasecmp (name, fields[i].name) == 0)
      return add_term (self, fields[i].field, value, error);
  if (g_ascii_strcasecmp (name, "is") == 0)
    return add_state (self, value, error);
  if (g_ascii_strcasecmp (name, "has") == 0)
    return add_content (self, value, error);
  if (g_ascii_strcasecmp (name, "after") == 0)
    return parse_day (value, &self->since, error);
  if (g_ascii_strcasecmp (name, "before") == 0)
    return parse_day (value, &self->until, error);
  *known = FALSE;
  return TRUE;
}

/* (transfer full): the text from @p to its closing quote, or to the next space; @p moves behind it
 */
static char *
take_value (const char **p)
{
  gboolean is_quoted = **p == '"';
  const char *begin = *p + is_quoted;
  gsize length = strcspn (begin, is_quoted ? "\"" : " ");

  *p = begin + length;
  if (is_quoted && **p == '"')
    (*p)++;
  return g_strndup (begin, length);
}

static gboolean
take_word (TernQuery *self, const char **p, GError **error)
{
  gsize length = strspn (*p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
  g_autofree char *value = NULL;

  if (length > 0 && (*p)[length] == ':' && (*p)[length + 1] != '\0' && (*p)[length + 1] != ' ')
    {
      g_autofree char *name = g_strndup (*p, length);
      const char *behind = *p + length + 1;
      gboolean known;

      value = take_value (&behind);
      if (!add_named (self, name, value, &known, error))
        return FALSE;
      if (known)
        {
          *p = behind;
          return TRUE;
        }
      g_clear_pointer (&value, g_free);
    }
  value = take_value (p);
  return add_term (self, TERN_QUERY_ANY, value, error);
}

/* (transfer full) (nullable): the text in one line, in which every kind of space is the usual one
 */
static char *
dup_line (const char *text, GError **error)
{
  g_autoptr (GString) line = g_string_new (NULL);

  if (strlen (text) > TERN_QUERY_MAX_LENGTH)
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_LIMIT, "what is looked for is too long");
      return NULL;
    }
  if (!g_utf8_validate (text, -1, NULL))
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_INVALID,
                           "what is looked for is no text in UTF-8");
      return NULL;
    }
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      g_string_append_unichar (line, g_unichar_iscntrl (c) || g_unichar_isspace (c) ? ' ' : c);
    }
  return g_string_free (g_steal_pointer (&line), FALSE);
}

/**
 * tern_query_parse:
 * @text: what somebody typed
 * @error: return location; %TERN_ERROR_INVALID where it cannot be meant so or says nothing,
 *   %TERN_ERROR_LIMIT where it is longer than %TERN_QUERY_MAX_LENGTH bytes or
 *   %TERN_QUERY_MAX_TERMS words
 *
 * Reads a query: words and "several words" in quotes, all of which have to be found;
 * `from:`, `to:`, `subject:` and `body:` before one of these; `is:unread`, `is:read`, `is:starred`
 * and the like; `has:attachment`; `after:2024-01-31` (that day or later) and `before:2024-01-31`.
 * Control characters count as spaces. There is no escape: a quote ends at the next one.
 *
 * Returns: (transfer full) (nullable): the query
 */
TernQuery *
tern_query_parse (const char *text, GError **error)
{
  g_autofree char *line = dup_line (text, error);
  g_autoptr (TernQuery) self = NULL;

  if (line == NULL)
    return NULL;
  self = g_atomic_rc_box_new0 (TernQuery);
  self->terms = g_ptr_array_new_with_free_func (term_free);
  self->since = G_MININT64;
  self->until = G_MAXINT64;
  for (const char *p = line + strspn (line, " "); *p != '\0'; p += strspn (p, " "))
    if (!take_word (self, &p, error))
      return NULL;
  if (self->terms->len == 0 && self->with == 0 && self->without == 0 && !self->has_attachments &&
      self->since == G_MININT64 && self->until == G_MAXINT64)
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_INVALID, "there is nothing to look for");
      return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * tern_query_ref:
 * @self: a query
 *
 * Returns: (transfer full): @self
 */
TernQuery *
tern_query_ref (TernQuery *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
query_clear (gpointer data)
{
  TernQuery *self = data;

  g_clear_pointer (&self->terms, g_ptr_array_unref);
}

/**
 * tern_query_unref:
 * @self: (transfer full): a query
 *
 * Gives up a reference.
 */
void
tern_query_unref (TernQuery *self)
{
  g_atomic_rc_box_release_full (self, query_clear);
}

/**
 * tern_query_admits:
 * @self: a query
 * @message: a message
 *
 * Returns: whether @message can be meant, as far as its flags, its attachments and its date tell;
 *   texts are not looked at
 */
gboolean
tern_query_admits (const TernQuery *self, const TernMessage *message)
{
  return (message->flags & self->with) == self->with && (message->flags & self->without) == 0 &&
         (!self->has_attachments || message->has_attachments) && message->received >= self->since &&
         message->received < self->until;
}
