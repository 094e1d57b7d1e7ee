/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mime-code-private.h"

#include <string.h>

/* How far from a number a word still speaks of it, in characters. */
#define NEAR 50
/* How far where something else stands between them and the number is not certain to be one. */
#define CLOSE 30
/* Words and marks without meaning between a word and its number. */
#define MAX_JOINS 12
/* Words that tell what a number is. */
#define KINDS (TERN_CODE_WORD_CODE | TERN_CODE_WORD_WEAK | TERN_CODE_WORD_OTHER)
/* From where on a candidate's score says that it is a code. */
#define UNCERTAIN 1
#define CERTAIN 2

typedef struct
{
  gsize start;
  gsize end;
  TernCodeWord kind;
} Match;

typedef struct
{
  const TernCodeText *text;
  GArray *matches; /* Match: what says that a number is a code, or something else */
  guint next;      /* the first one behind the candidate */
  gboolean is_subject;
  gboolean says_code; /* the subject has such a word */
} Search;

static gunichar
get (const TernCodeText *text, gsize at)
{
  return tern_code_text_get (text, at);
}

static gboolean
is_one_of (gunichar c, const char *set)
{
  return c != 0 && g_utf8_strchr (set, -1, c) != NULL;
}

/* --- What a number is otherwise --- */

static gboolean
is_digit (gunichar c)
{
  return c >= '0' && c <= '9';
}

static gboolean
is_alnum (gunichar c)
{
  return c < 0x80 && g_ascii_isalnum ((char) c);
}

/* Whether what stands before or behind a number makes it a part of something. */
static gboolean
is_part (const TernCodeText *text, gsize start, gsize end)
{
  gunichar before = get (text, start - 1);
  gunichar after = get (text, end);

  if (is_one_of (before, "+/\\_@^•…●×") || is_one_of (after, "/\\_@^"))
    return TRUE;
  if (before == '*' && after != '*')
    return TRUE; /* a card's last digits; not *emphasis* */
  if (is_one_of (before, ".,:'") && is_digit (get (text, start - 2)))
    return TRUE;
  if (is_one_of (after, ".,:'") && is_digit (get (text, end + 1)))
    return TRUE;
  if (after == '.' && g_unichar_islower (get (text, end + 1)) && is_alnum (get (text, end + 1)))
    return TRUE; /* a file or a host */
  return after == '-' && is_alnum (get (text, end + 1));
}

static guint
value_of (const char *digits, guint n)
{
  guint value = 0;

  for (guint i = 0; i < n; i++)
    value = 10 * value + (guint) (digits[i] - '0');
  return value;
}

/* A year, or a day written as 20261122. */
static gboolean
is_date (const char *code)
{
  guint year = value_of (code, 4);

  if (year < 1900 || year > 2100)
    return FALSE;
  if (strlen (code) == 8)
    {
      guint month = value_of (code + 4, 2);
      guint day = value_of (code + 6, 2);

      return month >= 1 && month <= 12 && day >= 1 && day <= 31;
    }
  return strlen (code) == 4;
}

/* "CA 94103" */
static gboolean
is_zip (const TernCodeText *text, const TernCodeCandidate *candidate)
{
  gsize at = candidate->start;

  return strlen (candidate->code) == 5 && get (text, at - 1) == ' ' &&
         g_unichar_isupper (get (text, at - 2)) && g_unichar_isupper (get (text, at - 3)) &&
         !g_unichar_isalpha (get (text, at - 4));
}

/* Whether the number is an amount, a year or part of something, as far as its neighbours tell. */
static gboolean
is_amount (const TernCodeText *text, const TernCodeCandidate *candidate)
{
  gunichar before = get (text, candidate->start - 1);
  gunichar after = get (text, candidate->end);
  gsize behind = candidate->end + (after == ' ');

  if (before == ' ')
    before = get (text, candidate->start - 2);
  if (g_unichar_type (before) == G_UNICODE_CURRENCY_SYMBOL || before == '#' ||
      g_unichar_type (get (text, behind)) == G_UNICODE_CURRENCY_SYMBOL || get (text, behind) == '%')
    return TRUE;
  if (get (text, candidate->start - 1) == '-' && is_alnum (get (text, candidate->start - 2)))
    return TRUE;
  return tern_code_match_word (text, behind, TERN_CODE_WORD_UNIT, NULL) > 0 ||
         (!candidate->has_letters && !candidate->has_gaps && is_date (candidate->code)) ||
         is_zip (text, candidate);
}

/* --- Words around it --- */

static GArray *
list_matches (const TernCodeText *text)
{
  GArray *matches = g_array_new (FALSE, FALSE, sizeof (Match));

  for (gsize at = 0; at < text->length;)
    {
      Match match = { .start = at };
      gsize n = tern_code_match_word (text, at, KINDS, &match.kind);

      match.end = at += MAX (n, 1);
      if (n > 0)
        g_array_append_val (matches, match);
    }
  return matches;
}

static gboolean
ends_sentence (const TernCodeText *text, gsize at)
{
  gunichar c = get (text, at);
  gunichar next = get (text, at + 1);

  return is_one_of (c, "!?。！？") || (c == '.' && (next == ' ' || next == '\n'));
}

static gboolean
has_sentence_end (const TernCodeText *text, gsize from, gsize to)
{
  for (gsize at = from; at < to; at++)
    if (ends_sentence (text, at))
      return TRUE;
  return FALSE;
}

/* Whether nothing but marks and words without a meaning stand between two places. */
static gboolean
is_adjacent (const TernCodeText *text, gsize from, gsize to)
{
  guint joins = 0;

  while (from < to && joins++ < MAX_JOINS)
    {
      gsize n;

      if (is_one_of (get (text, from),
                     " \n:=-|<>«»\"'“”„‘’「」『』【】[](){}（）#＃*`,、，→|是为為：－"))
        n = 1;
      else
        n = tern_code_match_word (text, from, TERN_CODE_WORD_JOIN, NULL);
      if (n == 0)
        return FALSE;
      from += n;
    }
  return from == to;
}

/* Whether a sentence leads from a word to the number behind it, or from it to the word behind:
 * "code for Example is 123456", "123456 is your Example code". */
static gboolean
is_led (const TernCodeText *text, gsize from, gsize to, gboolean number_first)
{
  if (to - from > CLOSE || has_sentence_end (text, from, to))
    return FALSE;
  for (gsize at = from; at < to; at++)
    if (get (text, at) == '\n' || is_digit (get (text, at)))
      return FALSE;
  if (number_first)
    return tern_code_match_word (text, from + 1, TERN_CODE_WORD_JOIN, NULL) > 0;
  for (gsize at = to - MIN (to - from, 8); at < to; at++)
    {
      gsize n = tern_code_match_word (text, at, TERN_CODE_WORD_JOIN, NULL);

      if ((n > 0 && is_adjacent (text, at + n, to)) ||
          (get (text, at) == ':' && is_adjacent (text, at, to)))
        return TRUE;
    }
  return FALSE;
}

static const Match *
get_match (const Search *search, guint index)
{
  return index < search->matches->len ? &g_array_index (search->matches, Match, index) : NULL;
}

/* What the words around a candidate say. */
typedef struct
{
  gboolean means_other; /* it stands behind a word that makes it something else */
  gboolean near;        /* a word that speaks of a code is near */
  gboolean clear;       /* and it can hardly speak of anything else */
  gboolean adjacent;    /* and nothing with a meaning is between them */
  gboolean led;         /* and a sentence leads from one to the other */
  gboolean same_sentence;
  guint distance;
} Evidence;

static void
weigh_word (
    const TernCodeText *text, gsize from, gsize to, gboolean number_first, Evidence *evidence)
{
  if (to - from > NEAR)
    return;
  evidence->near = TRUE;
  evidence->adjacent |= is_adjacent (text, from, to);
  evidence->led |= is_led (text, from, to, number_first);
  evidence->same_sentence |= !has_sentence_end (text, from, to);
  evidence->distance = MIN (evidence->distance, (guint) (to - from));
}

/* Words that are not clear are looked past for one that is. Returns whether there may be one. */
static gboolean
weigh_match (const TernCodeText *text, const Match *match, gsize from, gsize to, Evidence *evidence)
{
  if (to - from > NEAR)
    return FALSE;
  if (match->kind == TERN_CODE_WORD_OTHER)
    return TRUE;
  weigh_word (text, from, to, match->start >= to, evidence);
  evidence->clear |= match->kind == TERN_CODE_WORD_CODE;
  return match->kind != TERN_CODE_WORD_CODE;
}

static void
weigh_words (const Search *search, const TernCodeCandidate *candidate, Evidence *evidence)
{
  const TernCodeText *text = search->text;
  const Match *match;

  for (guint i = search->next; i-- > 0;)
    {
      match = get_match (search, i);
      if (match->kind == TERN_CODE_WORD_OTHER && !evidence->near)
        evidence->means_other |= is_adjacent (text, match->end, candidate->start);
      if (!weigh_match (text, match, match->end, candidate->start, evidence))
        break;
    }
  for (guint i = search->next; (match = get_match (search, i)) != NULL; i++)
    if (match->kind == TERN_CODE_WORD_OTHER ||
        !weigh_match (text, match, candidate->end, match->start, evidence))
      break;
}

static gboolean
stands_alone (const TernCodeText *text, const TernCodeCandidate *candidate)
{
  static const char *const MARKS = " \"'*`[](){}<>【】「」#_|=-";
  gsize before = candidate->start;
  gsize after = candidate->end;

  while (before > 0 && candidate->start - before < 8 && is_one_of (get (text, before - 1), MARKS))
    before--;
  while (after - candidate->end < 8 && is_one_of (get (text, after), MARKS))
    after++;
  if (get (text, after) == '.' || get (text, after) == 0x3002)
    after++;
  return get (text, before - 1) == '\n' && get (text, after) == '\n';
}

/* "a1b2c3d" looks like many another thing. */
static gboolean
is_lower (const char *code)
{
  while (*code != '\0' && !g_ascii_isupper (*code))
    code++;
  return *code == '\0';
}

static gboolean
follows_colon (const TernCodeText *text, const TernCodeCandidate *candidate)
{
  gunichar c = get (text, candidate->start - 1);

  if (c == ' ' || c == '\n')
    c = get (text, candidate->start - 2);
  return is_one_of (c, ":：");
}

/* What has letters in it is a code only where the sentence, or its place on the page, leads to it.
 */
static gboolean
is_expected (const TernCodeText *text, const TernCodeCandidate *candidate, const Evidence *evidence)
{
  if (is_lower (candidate->code))
    return evidence->adjacent && follows_colon (text, candidate);
  return evidence->adjacent || evidence->led;
}

/* How well a candidate is known to be a code: 0 not at all, 1 perhaps, more is certain. */
static guint
judge (const Search *search, const TernCodeCandidate *candidate)
{
  const TernCodeText *text = search->text;
  Evidence evidence = { .distance = NEAR };
  gboolean alone = !search->is_subject && stands_alone (text, candidate);
  gboolean has_six = strlen (candidate->code) == 6;

  if (is_part (text, candidate->start, candidate->end))
    return 0;
  weigh_words (search, candidate, &evidence);
  if (evidence.means_other || (is_amount (text, candidate) && !evidence.adjacent))
    return 0;
  if (candidate->has_letters && !(alone && (evidence.near || search->says_code)) &&
      !is_expected (text, candidate, &evidence))
    return 0;
  if (evidence.near &&
      (evidence.adjacent || alone ||
       (evidence.clear ? evidence.same_sentence || has_six : evidence.same_sentence && has_six)))
    return CERTAIN + (evidence.adjacent ? 200 : 0) + (alone ? 60 : 0) + (evidence.led ? 30 : 0) +
           (has_six ? 10 : 0) + NEAR - evidence.distance;
  if (alone && search->says_code)
    return CERTAIN;
  return alone || evidence.near || (search->says_code && !search->is_subject) ? UNCERTAIN : 0;
}

/**
 * tern_code_find_number:
 * @text: UTF-8
 * @is_subject: whether it is a letter's subject, in which a number without a word is no code
 * @says_code: whether the subject says that the letter has a code
 * @found: where to put the code, in place of what was found less certainly
 *
 * Finds the code in a text: what a word near by calls one, else, uncertain, the only number that
 * stands for itself. Takes time in proportion to the text.
 *
 * Returns: whether the text has a word that says that a code is near
 */
gboolean
tern_code_find_number (const char *text,
                       gboolean is_subject,
                       gboolean says_code,
                       TernMimeCode *found)
{
  g_auto (TernCodeText) plain = { NULL };
  g_autoptr (GArray) candidates = NULL;
  g_autoptr (GArray) matches = NULL;
  Search search = { .text = &plain, .is_subject = is_subject, .says_code = says_code };
  const TernCodeCandidate *best = NULL;
  guint best_score = 0, n_uncertain = 0;
  gboolean has_word = FALSE;

  tern_code_text_init (&plain, text);
  candidates = tern_code_list_candidates (&plain);
  search.matches = matches = list_matches (&plain);
  for (guint i = 0; i < candidates->len; i++)
    {
      const TernCodeCandidate *candidate = &g_array_index (candidates, TernCodeCandidate, i);
      const Match *match;
      guint score;

      while ((match = get_match (&search, search.next)) != NULL && match->start < candidate->end)
        search.next++;
      score = judge (&search, candidate);
      n_uncertain += score == UNCERTAIN;
      if (score > best_score)
        {
          best = candidate;
          best_score = score;
        }
    }
  for (guint i = 0; i < matches->len; i++)
    has_word |= g_array_index (matches, Match, i).kind != TERN_CODE_WORD_OTHER;

  if (best_score >= CERTAIN || (best_score == UNCERTAIN && n_uncertain == 1 && found->code == NULL))
    {
      g_free (found->code);
      found->code = g_strdup (best->code);
      found->is_certain = best_score >= CERTAIN;
    }
  return has_word;
}
