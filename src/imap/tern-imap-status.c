/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-status.h"

#include <string.h>

#include "tern-error.h"
#include "tern-imap-limits.h"

/* The longest wait that Exchange is believed, in seconds. */
#define MAX_BACKOFF 300

/* The end of a response code: the first `]` outside of parentheses and quotes, for flags of real
 * servers hold one. */
static const char *
find_code_end (const char *text)
{
  const char *first = strchr (text, ']');
  gboolean quoted = FALSE;
  int depth = 0;

  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p == '"')
        quoted = !quoted;
      else if (!quoted && *p == '(')
        depth++;
      else if (!quoted && *p == ')')
        depth--;
      else if (!quoted && depth <= 0 && *p == ']')
        return p;
    }
  return first;
}

static char *
dup_words (const char *text)
{
  g_autofree char *start = g_strndup (text, TERN_IMAP_MAX_WORDS);

  return g_utf8_make_valid (start, -1);
}

static void
parse_text (TernImapStatus *self, const char *text)
{
  const char *end = *text == '[' ? find_code_end (text + 1) : NULL;
  g_autofree char *inside = NULL;
  char *space;

  if (end == NULL)
    {
      self->arguments = g_strdup ("");
      self->text = dup_words (text);
      return;
    }
  inside = g_strndup (text + 1, (gsize) (end - text - 1));
  space = strchr (inside, ' ');
  self->arguments = g_strdup (space != NULL ? g_strchug (space + 1) : "");
  if (space != NULL)
    *space = '\0';
  if (g_str_is_ascii (inside))
    self->code = g_ascii_strup (inside, -1);
  while (*++end == ' ')
    ;
  self->text = dup_words (end);
}

/**
 * tern_imap_status_parse:
 * @self: (out caller-allocates): the status; to be cleared
 * @response: a response
 *
 * Reads `<tag> OK|NO|BAD|BYE|PREAUTH [code] text` (RFC 9051 section 7.1).
 *
 * Returns: whether @response is one; else @self is all zero
 */
gboolean
tern_imap_status_parse (TernImapStatus *self, const TernImapResponse *response)
{
  static const char *const words[] = { "OK", "NO", "BAD", "BYE", "PREAUTH" };

  memset (self, 0, sizeof *self);
  if (response->n_nodes < 2 || response->n_nodes > 3)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (tern_imap_response_equal (response, 1, words[i]))
      {
        const char *text =
            response->n_nodes > 2 ? tern_imap_response_get_string (response, 2) : NULL;

        self->kind = (TernImapStatusKind) i;
        parse_text (self, text != NULL ? text : "");
        return TRUE;
      }
  return FALSE;
}

/**
 * tern_imap_status_clear:
 * @self: a status
 *
 * Frees what it holds.
 */
void
tern_imap_status_clear (TernImapStatus *self)
{
  g_clear_pointer (&self->code, g_free);
  g_clear_pointer (&self->arguments, g_free);
  g_clear_pointer (&self->text, g_free);
}

/**
 * tern_imap_status_has_code:
 * @self: a status
 * @code: a response code, upper case
 *
 * Returns: whether it carries that code
 */
gboolean
tern_imap_status_has_code (const TernImapStatus *self, const char *code)
{
  return g_strcmp0 (self->code, code) == 0;
}

/* What servers say when they want to be left alone: a response code, or words of their own where
 * they have no code for it. */
static const struct
{
  const char *code;  /* NULL for any */
  const char *words; /* NULL for any */
  guint wait;        /* seconds at least; 0 for the usual, which grows by itself */
} complaints[] = {
  { NULL, "throttled", 60 },          /* Exchange, where it names no time */
  { "THROTTLED", NULL, 300 },         /* RFC 9051 has none; used by several */
  { NULL, "bandwidth limits", 3600 }, /* Gmail, with OVERQUOTA; alone that means a full mailbox */
  { "LIMIT", NULL, 60 },              /* RFC 5530 */
  { "INUSE", NULL, 10 },              /* another client has the mailbox */
  { "UNAVAILABLE", NULL, 0 },         /* also Dovecot's limit of connections */
  { "SERVERBUG", NULL, 60 },
  { NULL, "simultaneous connections", 60 }, /* Gmail */
  { NULL, "number of connections", 60 },    /* Dovecot */
  { NULL, "connection limit", 60 },         /* Courier */
  { NULL, "too many connections", 60 },
};

static int
find_complaint (const TernImapStatus *self)
{
  g_autofree char *text = g_ascii_strdown (self->text, -1);

  for (guint i = 0; i < G_N_ELEMENTS (complaints); i++)
    if ((complaints[i].code == NULL || tern_imap_status_has_code (self, complaints[i].code)) &&
        (complaints[i].words == NULL || strstr (text, complaints[i].words) != NULL))
      return (int) i;
  return -1;
}

/* The server wants to be left alone, for the time that it names ("Request is throttled. Suggested
 * Backoff Time: 92415 milliseconds", Exchange), else for that of the table. */
static GError *
make_busy (const TernImapStatus *self, guint wait)
{
  const char *time = strstr (self->text, "Backoff Time:");
  guint64 ms = time != NULL ? g_ascii_strtoull (time + strlen ("Backoff Time:"), NULL, 10) : 0;
  GError *error = g_error_new (TERN_ERROR, TERN_ERROR_BUSY, "%s",
                               *self->text != '\0' ? self->text : "no reason given");

  if (ms > 0)
    wait = (guint) MIN ((ms + 999) / 1000, MAX_BACKOFF);
  if (wait > 0)
    {
      g_autofree char *seconds = g_strdup_printf ("%u", wait);

      tern_error_set_detail (error, seconds);
    }
  return error;
}

/**
 * tern_imap_status_lacks_mailbox:
 * @self: a status that is not OK
 *
 * Tells whether the server let somebody in for whom it has no mailbox: Exchange says so with the
 * first command, of a token without the scope, an account without a licence, or another's address.
 *
 * Returns: whether nothing can be done over the connection
 */
gboolean
tern_imap_status_lacks_mailbox (const TernImapStatus *self)
{
  return self->kind == TERN_IMAP_STATUS_BAD &&
         strstr (self->text, "authenticated but not connected") != NULL;
}

/**
 * tern_imap_status_to_error:
 * @self: a status that is not OK
 *
 * Makes the error that says what can be done (RFC 9051 section 7.1, RFC 5530); for
 * %TERN_ERROR_BUSY the seconds to wait are its detail, where they are known.
 *
 * Returns: (transfer full): an error of the domain %TERN_ERROR
 */
GError *
tern_imap_status_to_error (const TernImapStatus *self)
{
  static const struct
  {
    const char *code;
    TernError error;
  } codes[] = {
    { "AUTHENTICATIONFAILED", TERN_ERROR_AUTH },
    { "AUTHORIZATIONFAILED", TERN_ERROR_AUTH },
    { "EXPIRED", TERN_ERROR_AUTH },
    { "WEBALERT", TERN_ERROR_AUTH },
    { "PRIVACYREQUIRED", TERN_ERROR_UNSUPPORTED },
    { "NOPERM", TERN_ERROR_PERMISSION },
    { "NONEXISTENT", TERN_ERROR_GONE },
    { "TRYCREATE", TERN_ERROR_GONE },
    { "CANNOT", TERN_ERROR_REFUSED },
    { "OVERQUOTA", TERN_ERROR_REFUSED },
  };
  TernError code = TERN_ERROR_REFUSED;
  int complaint = find_complaint (self);

  if (complaint >= 0)
    return make_busy (self, complaints[complaint].wait);
  if (tern_imap_status_lacks_mailbox (self))
    code = TERN_ERROR_AUTH;
  else if (self->kind == TERN_IMAP_STATUS_BAD)
    code = TERN_ERROR_PROTOCOL;
  else if (self->kind == TERN_IMAP_STATUS_BYE)
    code = TERN_ERROR_BUSY;
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (tern_imap_status_has_code (self, codes[i].code))
      code = codes[i].error;
  return g_error_new (TERN_ERROR, (gint) code, "%s",
                      *self->text != '\0' ? self->text : "no reason given");
}
