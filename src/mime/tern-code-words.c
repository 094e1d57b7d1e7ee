/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mime-code-private.h"

#include <gio/gio.h>

#include "tern-mime-code-resources.h"

typedef struct
{
  gunichar *chars;
  gsize length;
  gboolean goes_on; /* whether further letters may follow */
  TernCodeWord kind;
} Word;

/* The words of code-words.ini by their first character, the longest first. */
typedef struct
{
  GHashTable *by_first; /* gunichar → GArray of Word */
} Words;

static const struct
{
  const char *group;
  TernCodeWord kind;
} GROUPS[] = {
  { "code", TERN_CODE_WORD_CODE },
  { "other", TERN_CODE_WORD_OTHER },
  { "join", TERN_CODE_WORD_JOIN },
  { "unit", TERN_CODE_WORD_UNIT },
  { "link", TERN_CODE_WORD_LINK },
  { "address", TERN_CODE_WORD_ADDRESS },
  { "not-address", TERN_CODE_WORD_NOT_ADDRESS },
  { "weak", TERN_CODE_WORD_WEAK },
};

static void
add_word (Words *words, const char *text, TernCodeWord kind)
{
  Word word = { .kind = kind };
  glong length;
  GArray *bucket;
  guint at = 0;

  word.chars = g_utf8_to_ucs4_fast (text, -1, &length);
  if (length > 1 && word.chars[length - 1] == '*')
    {
      word.goes_on = TRUE;
      length--;
    }
  word.length = (gsize) length;
  bucket = g_hash_table_lookup (words->by_first, GUINT_TO_POINTER (word.chars[0]));
  if (bucket == NULL)
    {
      bucket = g_array_new (FALSE, FALSE, sizeof (Word));
      g_hash_table_insert (words->by_first, GUINT_TO_POINTER (word.chars[0]), bucket);
    }
  while (at < bucket->len && g_array_index (bucket, Word, at).length >= word.length)
    at++;
  g_array_insert_val (bucket, at, word);
}

static void
add_group (Words *words, GKeyFile *file, const char *group, TernCodeWord kind)
{
  g_auto (GStrv) languages = g_key_file_get_keys (file, group, NULL, NULL);

  for (guint i = 0; languages != NULL && languages[i] != NULL; i++)
    {
      g_auto (GStrv) list = g_key_file_get_string_list (file, group, languages[i], NULL, NULL);

      for (guint j = 0; list != NULL && list[j] != NULL; j++)
        if (*list[j] != '\0')
          add_word (words, list[j], kind);
    }
}

static gpointer
load_words (gpointer unused)
{
  Words *words = g_new0 (Words, 1);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GBytes) bytes = g_resource_lookup_data (tern_mime_code_get_resource (),
                                                     "/io/github/ternmail/Tern/mime/code-words.ini",
                                                     G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_autoptr (GError) error = NULL;

  words->by_first = g_hash_table_new (NULL, NULL);
  if (!g_key_file_load_from_bytes (file, bytes, G_KEY_FILE_NONE, &error))
    g_error ("code-words.ini: %s", error->message); /* it is part of the program */
  for (gsize i = 0; i < G_N_ELEMENTS (GROUPS); i++)
    add_group (words, file, GROUPS[i].group, GROUPS[i].kind);
  return words;
}

static const Words *
get_words (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, load_words, NULL);
}

/* A letter of a script that parts its words: East Asian scripts and those of South East Asia do
 * not. */
static gboolean
parts_words (gunichar c)
{
  return g_unichar_isalpha (c) && !g_unichar_iswide (c) && !(c >= 0x0E00 && c <= 0x109F) &&
         !(c >= 0x1780 && c <= 0x17FF);
}

static gboolean
is_same (gunichar in_word, gunichar in_text)
{
  return in_word == in_text || (in_word == ' ' && in_text == '\n') ||
         (in_word == '\'' && in_text == 0x2019) || in_word == g_unichar_tolower (in_text);
}

static gboolean
matches (const Word *word, const TernCodeText *text, gsize at)
{
  gunichar next;

  if (word->length > text->length - at)
    return FALSE;
  for (gsize i = 1; i < word->length; i++)
    if (!is_same (word->chars[i], text->chars[at + i]))
      return FALSE;
  next = tern_code_text_get (text, at + word->length);
  return word->goes_on || !parts_words (word->chars[word->length - 1]) || !parts_words (next);
}

/**
 * tern_code_match_word:
 * @text: a text
 * @at: a place in it
 * @kinds: the kinds of words that are looked for
 * @kind: (out) (optional): the kind of the one that was found
 *
 * Looks for the longest word that begins at a place. Takes constant time.
 *
 * Returns: its characters, with those by which it goes on; 0 where none begins there
 */
gsize
tern_code_match_word (const TernCodeText *text, gsize at, TernCodeWord kinds, TernCodeWord *kind)
{
  gunichar first = g_unichar_tolower (tern_code_text_get (text, at));
  GArray *bucket = at < text->length
                       ? g_hash_table_lookup (get_words ()->by_first, GUINT_TO_POINTER (first))
                       : NULL;

  if (bucket == NULL || (parts_words (first) && parts_words (tern_code_text_get (text, at - 1))))
    return 0;
  for (guint i = 0; i < bucket->len; i++)
    {
      const Word *word = &g_array_index (bucket, Word, i);

      if ((word->kind & kinds) != 0 && matches (word, text, at))
        {
          if (kind != NULL)
            *kind = word->kind;
          return word->length;
        }
    }
  return 0;
}

/**
 * tern_code_has_word:
 * @text: a text
 * @from: where to begin
 * @to: the place after the last one
 * @kinds: the kinds of words that are looked for
 *
 * Returns: whether one of them begins there
 */
gboolean
tern_code_has_word (const TernCodeText *text, gsize from, gsize to, TernCodeWord kinds)
{
  for (gsize at = from; at < to; at++)
    if (tern_code_match_word (text, at, kinds, NULL) > 0)
      return TRUE;
  return FALSE;
}
