/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "tern-mime-code.h"

G_BEGIN_DECLS

/* Text as it is searched: see tern_code_text_new(). */
typedef struct
{
  gunichar *chars;
  gsize length;
} TernCodeText;

/* What a word of code-words.ini is for. */
typedef enum
{
  TERN_CODE_WORD_CODE = 1 << 0,
  TERN_CODE_WORD_OTHER = 1 << 1,
  TERN_CODE_WORD_JOIN = 1 << 2,
  TERN_CODE_WORD_UNIT = 1 << 3,
  TERN_CODE_WORD_LINK = 1 << 4,
  TERN_CODE_WORD_ADDRESS = 1 << 5,
  TERN_CODE_WORD_NOT_ADDRESS = 1 << 6,
  TERN_CODE_WORD_WEAK = 1 << 7,
} TernCodeWord;

/* The most characters that a code has, and the longest form in which one is kept. */
#define TERN_CODE_MAX 8
#define TERN_CODE_BYTES 16

/* A number, or something with digits in it, that could be a code. */
typedef struct
{
  gsize start;
  gsize end;
  char code[TERN_CODE_BYTES];
  gboolean has_letters;
  gboolean has_gaps;
} TernCodeCandidate;

void tern_code_text_init (TernCodeText *self, const char *text);
void tern_code_text_clear (TernCodeText *self);
gunichar tern_code_text_get (const TernCodeText *self, gsize at);

gsize
tern_code_match_word (const TernCodeText *text, gsize at, TernCodeWord kinds, TernCodeWord *kind);
gboolean tern_code_has_word (const TernCodeText *text, gsize from, gsize to, TernCodeWord kinds);

GArray *tern_code_list_candidates (const TernCodeText *text);

gboolean tern_code_find_number (const char *text,
                                gboolean is_subject,
                                gboolean says_code,
                                TernMimeCode *found);
char *tern_code_find_link (const char *text, const char *html);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TernCodeText, tern_code_text_clear)

G_END_DECLS
