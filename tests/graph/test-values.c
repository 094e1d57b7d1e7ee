/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tern-error.h"
#include "tern-graph-message.h"

#define BASE "https://graph.example.com/v1.0"

static TernGraphPage *
parse (const char *text, GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new_static (text, strlen (text));

  return tern_graph_page_parse (BASE, body, error);
}

static void
test_no_page (void)
{
  static const char *const bad[] = { "",
                                     "null",
                                     "[]",
                                     "{",
                                     "{\"value\":{}}",
                                     "{\"value\":[]",
                                     "{\"value\":[]}}",
                                     "{'value':[]}",
                                     "/* a */{\"value\":[]}",
                                     "{\"value\":[\"\377\"]}",
                                     "{\"value\":[\"\n\"]}" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TernGraphPage) page = parse (bad[i], &error);

      g_assert_null (page);
      g_assert_error (error, TERN_ERROR, TERN_ERROR_PROTOCOL);
    }
}

static void
test_nesting (void)
{
  g_autoptr (GString) text = g_string_new ("{\"value\":");
  g_autoptr (GError) error = NULL;
  g_autoptr (TernGraphPage) page = NULL;

  for (guint i = 0; i < 1000000; i++)
    g_string_append_c (text, '[');
  for (guint i = 0; i < 1000000; i++)
    g_string_append_c (text, ']');
  g_string_append_c (text, '}');
  page = parse (text->str, &error);
  g_assert_error (error, TERN_ERROR, TERN_ERROR_PROTOCOL);
}

static void
test_too_many (void)
{
  g_autoptr (GString) text = g_string_new ("{\"value\":[0");
  g_autoptr (GError) error = NULL;
  g_autoptr (TernGraphPage) page = NULL;

  for (guint i = 0; i < 1000000; i++)
    g_string_append (text, ",0");
  g_string_append (text, "]}");
  page = parse (text->str, &error);
  g_assert_error (error, TERN_ERROR, TERN_ERROR_PROTOCOL);
}

static void
test_wrong_types (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernGraphPage) page =
      parse ("{\"value\":[1,null,{},{\"id\":5},{\"id\":\"a b\"},{\"id\":\"A\",\"subject\":7,"
             "\"from\":\"x\",\"toRecipients\":{},\"ccRecipients\":[3,{\"emailAddress\":[]}],"
             "\"isRead\":\"yes\",\"flag\":1,\"categories\":[1,\"c\",{}],"
             "\"receivedDateTime\":\"never\",\"singleValueExtendedProperties\":[4,{\"id\":1},"
             "{\"id\":\"Integer 0xe08\",\"value\":\"99999999999999999999\"}]}]}",
             &error);
  const TernGraphMessage *message;

  g_assert_no_error (error);
  g_assert_cmpuint (page->messages->len, ==, 1);
  message = page->messages->pdata[0];
  g_assert_cmpstr (message->subject, ==, "");
  g_assert_cmpuint (message->from->len + message->to->len + message->cc->len, ==, 0);
  g_assert_cmpuint (message->categories->len, ==, 1);
  g_assert_cmpint (message->received, ==, 0);
  g_assert_cmpuint (message->size, ==, 0);
}

static void
test_half_characters (void)
{
  g_autoptr (TernGraphPage) page =
      parse ("{\"value\":[{\"id\":\"A\",\"subject\":\"a\\ud83d b\\u0000c\"}]}", NULL);

  g_assert_nonnull (page);
  g_assert_true (
      g_utf8_validate (((TernGraphMessage *) page->messages->pdata[0])->subject, -1, NULL));
}

static void
test_duplicates (void)
{
  g_autoptr (TernGraphPage) page = parse (
      "{\"value\":[{\"id\":\"A\",\"isRead\":false},{\"id\":\"B\"},{\"id\":\"A\",\"isRead\":true}],"
      "\"@odata.nextLink\":\"" BASE "/me/messages?$skip=3\"}",
      NULL);

  g_assert_cmpuint (page->messages->len, ==, 2);
  g_assert_true (((TernGraphMessage *) page->messages->pdata[0])->is_read);
  g_assert_cmpstr (page->next, ==, BASE "/me/messages?$skip=3");
  g_assert_null (page->delta);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/graph/what is no page is an error", test_no_page);
  g_test_add_func ("/graph/deep nesting is refused without recursion", test_nesting);
  g_test_add_func ("/graph/too many values are refused", test_too_many);
  g_test_add_func ("/graph/values of wrong types count as missing", test_wrong_types);
  g_test_add_func ("/graph/half a character makes no invalid text", test_half_characters);
  g_test_add_func ("/graph/a message that is told twice is given once", test_duplicates);
  return g_test_run ();
}
