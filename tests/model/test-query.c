/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tern-error.h"
#include "tern-query.h"

static TernQuery *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  TernQuery *query = tern_query_parse (text, &error);

  g_assert_no_error (error);
  return query;
}

/* "FIELD text|FIELD text" */
static void
assert_terms (const char *text, const char *expected)
{
  static const char *const names[] = { "any", "from", "to", "subject", "body" };
  g_autoptr (TernQuery) query = parse (text);
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; i < query->terms->len; i++)
    {
      const TernQueryTerm *term = query->terms->pdata[i];

      g_string_append_printf (found, "%s%s %s", i > 0 ? "|" : "", names[term->field], term->text);
    }
  g_assert_cmpstr (found->str, ==, expected);
}

static void
assert_refused (const char *text, TernError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tern_query_parse (text, &error));
  g_assert_error (error, TERN_ERROR, (gint) code);
}

static void
test_nothing (void)
{
  assert_refused ("", TERN_ERROR_INVALID);
  assert_refused (" \t\r\n", TERN_ERROR_INVALID);
  assert_refused ("\"\"", TERN_ERROR_INVALID);
  assert_refused ("\"", TERN_ERROR_INVALID);
  assert_refused ("from:\" \"", TERN_ERROR_INVALID);
}

static void
test_hostile (void)
{
  g_autofree char *long_text = g_strnfill (TERN_QUERY_MAX_LENGTH + 1, 'a');
  g_autoptr (GString) many = g_string_new (NULL);

  for (guint i = 0; i <= TERN_QUERY_MAX_TERMS; i++)
    g_string_append (many, "a ");
  assert_refused (long_text, TERN_ERROR_LIMIT);
  assert_refused (many->str, TERN_ERROR_LIMIT);
  assert_refused ("caf\xe9", TERN_ERROR_INVALID);
  assert_refused ("\xc0\xaf", TERN_ERROR_INVALID);
}

static void
test_words (void)
{
  assert_terms ("invoice  march", "any invoice|any march");
  assert_terms ("\"annual report\" x", "any annual report|any x");
  assert_terms ("\"never closed", "any never closed");
  assert_terms ("5\" disk", "any 5\"|any disk");
  assert_terms ("C:\\temp a\\\"b", "any C:\\temp|any a\\\"b");
  assert_terms ("Re: http://example.org nobody:knows",
                "any Re:|any http://example.org|any nobody:knows");
}

static void
test_fields (void)
{
  assert_terms ("from:ana TO:\"Bo Li\" subject:x body:\"y z\"",
                "from ana|to Bo Li|subject x|body y z");
  assert_terms ("from: ana", "any from:|any ana");
  assert_terms ("from:", "any from:");
  assert_terms ("subject:a:b", "subject a:b");
  assert_terms ("subject:发票 会议", "subject 发票|any 会议");
}

static void
test_control (void)
{
  assert_terms ("a\r\nT1 LOGOUT", "any a|any T1|any LOGOUT");
  assert_terms ("\"a\r\nb\"", "any a  b");
  assert_terms ("a\xc2\x85"
                "b\xe3\x80\x80"
                "c\x7f"
                "d",
                "any a|any b|any c|any d");
}

static void
test_normal (void)
{
  assert_terms ("cafe\xcc\x81", "any caf\xc3\xa9");
}

static gboolean
admits (const char *text, const TernMessage *message)
{
  g_autoptr (TernQuery) query = parse (text);

  return tern_query_admits (query, message);
}

static void
test_states (void)
{
  g_autoptr (TernMessage) message = tern_message_new ();

  assert_refused ("is:nothing", TERN_ERROR_INVALID);
  assert_refused ("has:time", TERN_ERROR_INVALID);
  message->flags = TERN_FLAGS_FLAGGED;
  g_assert_true (admits ("is:unread", message));
  g_assert_true (admits ("IS:Starred is:unread", message));
  g_assert_false (admits ("is:read", message));
  g_assert_false (admits ("is:unflagged", message));
  g_assert_false (admits ("has:attachment", message));
  message->has_attachments = TRUE;
  g_assert_true (admits ("has:attachment", message));
}

static void
test_days (void)
{
  g_autoptr (TernMessage) message = tern_message_new ();
  g_autoptr (GDateTime) midnight = g_date_time_new_local (2024, 2, 29, 0, 0, 0);

  assert_refused ("before:yesterday", TERN_ERROR_INVALID);
  assert_refused ("before:2023-02-29", TERN_ERROR_INVALID);
  assert_refused ("after:2024-1-1", TERN_ERROR_INVALID);
  assert_refused ("after:99999999999999999999", TERN_ERROR_INVALID);
  assert_refused ("after:0000-00-00", TERN_ERROR_INVALID);

  message->received = g_date_time_to_unix (midnight);
  g_assert_true (admits ("after:2024-02-29", message));
  g_assert_false (admits ("before:2024/02/29", message));
  message->received--;
  g_assert_false (admits ("after:2024-02-29", message));
  g_assert_true (admits ("before:2024-02-29 after:2024-02-28", message));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/query/what says nothing is no query", test_nothing);
  g_test_add_func ("/model/query/what is too long or no text is refused", test_hostile);
  g_test_add_func ("/model/query/words and quoted words are looked for", test_words);
  g_test_add_func ("/model/query/a field is looked at alone", test_fields);
  g_test_add_func ("/model/query/control characters and line ends are spaces", test_control);
  g_test_add_func ("/model/query/texts are in one normal form", test_normal);
  g_test_add_func ("/model/query/flags and attachments are conditions", test_states);
  g_test_add_func ("/model/query/days begin at midnight here", test_days);
  return g_test_run ();
}
