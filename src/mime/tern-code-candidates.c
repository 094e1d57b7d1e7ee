/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mime-code-private.h"

#define MIN_CODE 4
/* Letters that may stand before the hyphen of a code: "G-123456". */
#define MAX_PREFIX 3
/* So many digits in three groups and more are a telephone number. */
#define PHONE_DIGITS 9

static gboolean
is_alnum (gunichar c)
{
  return c < 0x80 && g_ascii_isalnum ((char) c);
}

static gboolean
is_digit (gunichar c)
{
  return c >= '0' && c <= '9';
}

static gboolean
is_upper (gunichar c)
{
  return c >= 'A' && c <= 'Z';
}

static gunichar
get (const TernCodeText *text, gsize at)
{
  return tern_code_text_get (text, at);
}

/* --- What stands between two characters that are neither ASCII letters nor digits --- */

typedef struct
{
  gsize start;
  gsize end;
  guint digits;
  guint uppers;
} Token;

static guint
token_length (const Token *token)
{
  return (guint) (token->end - token->start);
}

static gboolean
is_number (const Token *token)
{
  return token->digits == token->end - token->start;
}

static GArray *
list_tokens (const TernCodeText *text)
{
  GArray *tokens = g_array_new (FALSE, FALSE, sizeof (Token));

  for (gsize at = 0; at < text->length; at++)
    {
      Token token = { .start = at };

      for (; is_alnum (get (text, at)); at++)
        {
          token.digits += is_digit (text->chars[at]);
          token.uppers += is_upper (text->chars[at]);
        }
      token.end = at;
      if (token.end > token.start)
        g_array_append_val (tokens, token);
    }
  return tokens;
}

/* --- Candidates --- */

typedef struct
{
  const TernCodeText *text;
  GArray *tokens;
  GArray *out;
} Finder;

static const Token *
get_token (const Finder *finder, guint index)
{
  return index < finder->tokens->len ? &g_array_index (finder->tokens, Token, index) : NULL;
}

/* Adds the characters from @first's to @last's as one candidate; @with_gaps keeps hyphens. */
static void
add (Finder *finder, const Token *first, const Token *last, gboolean has_letters)
{
  TernCodeCandidate candidate = {
    .start = first->start, .end = last->end, .has_letters = has_letters, .has_gaps = first != last
  };
  gsize n = 0;

  for (gsize at = first->start; at < last->end && n < TERN_CODE_BYTES - 1; at++)
    {
      gunichar c = finder->text->chars[at];

      if (is_alnum (c) || (has_letters && c == '-'))
        candidate.code[n++] = (char) c;
    }
  g_array_append_val (finder->out, candidate);
}

/* Whether only @separator stands between two tokens; a line end may part single digits. */
static gboolean
is_joined (const Finder *finder, const Token *a, const Token *b, gunichar separator)
{
  gunichar c = get (finder->text, a->end);

  return b != NULL && b->start == a->end + 1 &&
         (c == separator ||
          (separator == ' ' && c == '\n' && token_length (a) == 1 && token_length (b) == 1));
}

static gboolean
is_year (const TernCodeText *text, gsize start)
{
  guint century = 10 * (get (text, start) - '0') + get (text, start + 1) - '0';
  guint year = 10 * (get (text, start + 2) - '0') + get (text, start + 3) - '0';

  return century == 19 || century == 20 || (century == 21 && year == 0);
}

/* Digits in groups of one length: "123 456", "123-456", "1 2 3 4". */
static gboolean
is_split (const Finder *finder, guint first, guint n, gunichar separator)
{
  const Token *token = get_token (finder, first);
  guint length = token_length (token);

  for (guint i = 1; i < n; i++)
    if (token_length (get_token (finder, first + i)) != length)
      return FALSE;
  if (n * length > TERN_CODE_MAX || n * length < (length == 1 ? MIN_CODE : 6))
    return FALSE;
  if (length == 4)
    return !is_year (finder->text, token->start);
  return length != 2 || separator == ' '; /* 24-12-31 is a date */
}

/* How many numbers follow one another from @first on. */
static guint
count_joined (const Finder *finder, guint first, gunichar separator)
{
  guint n = 1;
  const Token *next;

  while ((next = get_token (finder, first + n)) != NULL && is_number (next) &&
         is_joined (finder, get_token (finder, first + n - 1), next, separator))
    n++;
  return n;
}

/* Takes the numbers that begin with the one at @first; returns how many. */
static guint
take_numbers (Finder *finder, guint first)
{
  guint n = count_joined (finder, first, '-');
  gunichar separator = n > 1 ? '-' : ' ';
  guint digits = 0;

  if (n == 1)
    {
      n = count_joined (finder, first, ' ');
      /* The first of the numbers behind a hyphen belongs to those. */
      if (n > 1 && count_joined (finder, first + n - 1, '-') > 1)
        n--;
    }
  for (guint i = 0; i < n; i++)
    digits += token_length (get_token (finder, first + i));
  if (n > 1 && is_split (finder, first, n, separator))
    {
      add (finder, get_token (finder, first), get_token (finder, first + n - 1), FALSE);
      return n;
    }
  if (separator == '-' || (n > 2 && digits >= PHONE_DIGITS))
    return n;
  for (guint i = 0; i < n; i++)
    {
      const Token *token = get_token (finder, first + i);

      if (token_length (token) >= MIN_CODE && token_length (token) <= TERN_CODE_MAX)
        add (finder, token, token, FALSE);
    }
  return n;
}

/* "SAVE20", "iPhone15", "sha256", "x1234" and "30days" are names and amounts. */
static gboolean
is_name (const TernCodeText *text, const Token *token)
{
  gsize letters = token->start;
  gsize digits = token->start;

  while (letters < token->end && !is_digit (text->chars[letters]))
    letters++;
  while (digits < token->end && is_digit (text->chars[digits]))
    digits++;
  letters -= token->start;
  digits -= token->start;
  if (digits > 0 && digits == token->digits && token->uppers == 0)
    return TRUE;
  if (letters + token->digits != token_length (token))
    return FALSE;
  return letters >= 4 || (letters >= 3 && token->uppers < letters) ||
         (text->chars[token->start] | 0x20) == 'x';
}

/* Takes what has letters in it; returns how many tokens. */
static guint
take_letters (Finder *finder, guint first)
{
  const Token *token = get_token (finder, first);
  const Token *next = get_token (finder, first + 1);
  guint length = token_length (token);

  if (next == NULL || !is_joined (finder, token, next, '-'))
    {
      if (token->digits > 0 && length >= MIN_CODE && length <= TERN_CODE_MAX &&
          !is_name (finder->text, token))
        add (finder, token, token, TRUE);
      return 1;
    }
  if (token->digits == 0 && is_number (next) && length > MAX_PREFIX)
    return 1 + take_numbers (finder, first + 1); /* "code-123456" */
  if (get (finder->text, next->end) == '-' && is_alnum (get (finder->text, next->end + 1)))
    return 2; /* a number of parts, which is no code */
  if ((is_number (next) && token->uppers == length && length <= MAX_PREFIX &&
       token_length (next) >= MIN_CODE && token_length (next) <= TERN_CODE_MAX) ||
      (token->digits + next->digits > 0 && length == token_length (next) && length >= 3 &&
       2 * length <= TERN_CODE_MAX && token->uppers + token->digits == length &&
       next->uppers + next->digits == length))
    add (finder, token, next, TRUE);
  return 2;
}

/**
 * tern_code_list_candidates:
 * @text: a text
 *
 * Lists what by its form could be a code: 4 to 8 digits, perhaps in groups of one length; letters
 * and digits; a few letters, a hyphen and digits. Takes time in proportion to the text.
 *
 * Returns: (transfer full) (element-type TernCodeCandidate): in the order of the text
 */
GArray *
tern_code_list_candidates (const TernCodeText *text)
{
  Finder finder = { .text = text,
                    .tokens = list_tokens (text),
                    .out = g_array_new (FALSE, FALSE, sizeof (TernCodeCandidate)) };

  for (guint i = 0; i < finder.tokens->len;)
    {
      const Token *token = get_token (&finder, i);

      /* What goes on behind a hyphen is part of something longer. */
      if (get (text, token->start - 1) == '-' && is_alnum (get (text, token->start - 2)) && i > 0)
        i++;
      else if (is_number (token))
        i += take_numbers (&finder, i);
      else
        i += take_letters (&finder, i);
    }
  g_array_unref (finder.tokens);
  return finder.out;
}
