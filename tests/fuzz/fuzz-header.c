/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <string.h>

#include "fuzz.h"
#include "tern-mime-decoder.h"
#include "tern-mime-header.h"
#include "tern-mime-text.h"

static void
check_parameter (const char *line)
{
  const char *pairs[] = { "filename*0*", line, "filename*1", line, "filename", line, NULL };
  g_autofree char *value = tern_mime_decode_parameter (pairs, "filename");

  g_assert_true (g_utf8_validate (value, -1, NULL));
}

/* Whatever comes in, what goes out is UTF-8 on one line, a file name has no folder, and a part's
 * text is UTF-8 in every encoding and charset that the input's first two bytes choose. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const char *const CHARSETS[] = { NULL,       "utf-8",     "gb2312",      "big5",
                                          "euc-kr",   "shift_jis", "iso-2022-jp", "utf-7",
                                          "utf-16le", "koi8-r",    "iso-2022-kr", "euc-jp" };
  g_autofree char *raw = g_strndup ((const char *) data, size);
  g_autofree char *header = tern_mime_decode_header ((const char *) data, size);
  g_autofree char *name = tern_mime_clean_filename (raw, "file");
  g_autofree char *ids = tern_mime_clean_references (raw, -1);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (TernMimeDecoder) decoder = NULL;
  g_autofree char *text = NULL;

  g_assert_true (g_utf8_validate (header, -1, NULL));
  g_assert_null (strpbrk (header, "\r\n\033"));
  g_assert_true (g_utf8_validate (name, -1, NULL));
  g_assert_true (*name != '\0' && *name != '.' && strpbrk (name, "/\\") == NULL);
  check_parameter (raw);
  if (size < 2)
    return 0;
  decoder = tern_mime_decoder_new (data[0] % (TERN_ENCODING_UNKNOWN + 1));
  tern_mime_decoder_push (decoder, data + 2, size - 2, bytes);
  tern_mime_decoder_finish (decoder, bytes);
  text = tern_mime_decode_text (bytes->data, bytes->len,
                                CHARSETS[data[1] % G_N_ELEMENTS (CHARSETS)], "text/html");
  g_assert_true (g_utf8_validate (text, -1, NULL));
  return 0;
}
