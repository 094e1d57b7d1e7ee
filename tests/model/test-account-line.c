/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-account-line.h"
#include "tern-error.h"

#define GUID "9e5f94bc-e8a4-4e73-b8be-63364c29d753"

static GPtrArray *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *lines = tern_account_lines_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  return lines;
}

/* The only account of @text. */
static TernAccountLine *
parse_one (const char *text)
{
  g_autoptr (GPtrArray) lines = parse (text);

  g_assert_cmpuint (lines->len, ==, 1);
  return g_ptr_array_steal_index (lines, 0);
}

static void
test_refused (void)
{
  static const struct
  {
    const char *text;
    TernAccountLineFault fault;
  } cases[] = {
    { "ana@example.org", TERN_ACCOUNT_LINE_FORM },
    { "hello, world", TERN_ACCOUNT_LINE_FORM },
    { "ana@example.org---pw", TERN_ACCOUNT_LINE_FORM },
    { "----", TERN_ACCOUNT_LINE_ADDRESS },
    { "ana----pw", TERN_ACCOUNT_LINE_ADDRESS },
    { "ana@----pw", TERN_ACCOUNT_LINE_ADDRESS },
    { "a@b,c@d----pw", TERN_ACCOUNT_LINE_ADDRESS },
    { "ana@example.org----", TERN_ACCOUNT_LINE_PASSWORD },
    { "ana@example.org--------imap.example.org----993", TERN_ACCOUNT_LINE_PASSWORD },
    { "ana@example.org----pw----", TERN_ACCOUNT_LINE_PROVIDER },
    { "ana@example.org----pw----no such", TERN_ACCOUNT_LINE_PROVIDER },
    { "ana@example.org----pw----custom", TERN_ACCOUNT_LINE_SERVER },
    { "ana@example.org----pw----custom----imap.example.org", TERN_ACCOUNT_LINE_PORT },
    { "ana@example.org----pw----custom----imap.example.org----0", TERN_ACCOUNT_LINE_PORT },
    { "ana@example.org----pw----custom--------993", TERN_ACCOUNT_LINE_SERVER },
    { "ana@example.org----pw----imap.example.org----99x", TERN_ACCOUNT_LINE_PORT },
    { "ana@example.org----pw----imap.example.org----65536", TERN_ACCOUNT_LINE_PORT },
    { "ana@example.org----pw----imap.example.org----", TERN_ACCOUNT_LINE_PORT },
    { "ana@example.org----pw----imap/example.org----993", TERN_ACCOUNT_LINE_SERVER },
    { "ana@example.org----pw----not a client----M.C5", TERN_ACCOUNT_LINE_CLIENT },
    { "ana@example.org----pw--------M.C5", TERN_ACCOUNT_LINE_CLIENT },
    { "ana@example.org----pw----" GUID "----", TERN_ACCOUNT_LINE_TOKEN },
    { "ana@example.org----pw----" GUID "----M.C5 x", TERN_ACCOUNT_LINE_TOKEN },
    { "ana@example.org----pw----" GUID "----M.Ç5", TERN_ACCOUNT_LINE_TOKEN },
    { "ana@example.org----p\xffw", TERN_ACCOUNT_LINE_TEXT },
    { "ana@example.org----p\001w", TERN_ACCOUNT_LINE_TEXT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TernAccountLine) line = parse_one (cases[i].text);

      g_test_message ("%s", cases[i].text);
      g_assert_cmpstr (tern_account_line_fault_to_string (line->fault), ==,
                       tern_account_line_fault_to_string (cases[i].fault));
      g_assert_null (line->email);
      g_assert_null (line->password);
      g_assert_null (line->refresh_token);
    }
}

static void
test_bounds (void)
{
  g_autoptr (GString) text = g_string_new ("ana@example.org----pw");
  g_autoptr (GPtrArray) many = NULL;
  g_autoptr (GPtrArray) one = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 3 * TERN_ACCOUNT_LINE_MAX_SIZE; i++)
    g_string_append (text, "\nx");
  one = parse (text->str);
  g_assert_cmpuint (one->len, ==, 1);
  g_assert_cmpint (((TernAccountLine *) one->pdata[0])->fault, ==, TERN_ACCOUNT_LINE_TOO_LONG);

  g_string_truncate (text, 0);
  for (guint i = 0; i <= TERN_ACCOUNT_LINES_MAX; i++)
    g_string_append (text, "----\n");
  many = tern_account_lines_parse (text->str, text->len, &error);
  g_assert_null (many);
  g_assert_error (error, TERN_ERROR, TERN_ERROR_LIMIT);
  g_clear_error (&error);

  g_string_set_size (text, TERN_ACCOUNT_LINES_MAX_SIZE + 1);
  memset (text->str, '#', text->len);
  many = tern_account_lines_parse (text->str, text->len, &error);
  g_assert_null (many);
  g_assert_error (error, TERN_ERROR, TERN_ERROR_LIMIT);
}

static void
test_outlook (void)
{
  g_autoptr (TernAccountLine) line =
      parse_one ("ana@outlook.example----p w----" GUID "----M.C5_BAY.0.U.-Cg*x----!!$");

  g_assert_cmpint (line->fault, ==, TERN_ACCOUNT_LINE_GOOD);
  g_assert_cmpstr (line->email, ==, "ana@outlook.example");
  g_assert_cmpstr (line->client_id, ==, GUID);
  g_assert_cmpstr (line->refresh_token, ==, "M.C5_BAY.0.U.-Cg*x----!!$");
  g_assert_null (line->password);
  g_assert_null (line->server);
}

static void
test_outlook_variants (void)
{
  static const char *const texts[] = {
    "ana@outlook.example--------" GUID "----1234",
    " ana@outlook.example ----pw---- " GUID " ---- 1234 \r",
    "ana@outlook.example----pw----" GUID "----12\r\n# a comment between\r\n34\r\n",
    "\xef\xbb\xbf"
    "ana@outlook.example----pw----" GUID "--\n--1234",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (TernAccountLine) line = parse_one (texts[i]);

      g_assert_cmpint (line->fault, ==, TERN_ACCOUNT_LINE_GOOD);
      g_assert_cmpstr (line->email, ==, "ana@outlook.example");
      g_assert_cmpstr (line->client_id, ==, GUID);
      g_assert_cmpstr (line->refresh_token, ==, "1234");
    }
}

static void
test_imap (void)
{
  static const struct
  {
    const char *text;
    const char *password;
    const char *provider;
    const char *server;
    TernSecurity security;
  } cases[] = {
    { "a@b.c----pw----imap.b.c----993", "pw", NULL, "imap.b.c:993", TERN_SECURITY_TLS },
    { "a@b.c----pw----IMAP.b.c----143", "pw", NULL, "imap.b.c:143", TERN_SECURITY_STARTTLS },
    { "a@b.c----pw----custom----b.c----1993", "pw", NULL, "b.c:1993", TERN_SECURITY_TLS },
    { "a@b.c----pw----Custom----::1----993", "pw", NULL, "[::1]:993", TERN_SECURITY_TLS },
    { "a@b.c----pw----localhost----993", "pw", NULL, "localhost:993", TERN_SECURITY_TLS },
    { "a@b.c----pw----Gmail", "pw", "gmail", NULL, TERN_SECURITY_TLS },
    { "a@b.c----p#w ", "p#w", NULL, NULL, TERN_SECURITY_TLS },
    { "a@b.c---- 密码 -", " 密码 -", NULL, NULL, TERN_SECURITY_TLS },
    { "a@b.c-----pw", "-pw", NULL, NULL, TERN_SECURITY_TLS },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TernAccountLine) line = parse_one (cases[i].text);
      g_autofree char *server =
          line->server != NULL ? tern_endpoint_to_string (line->server) : NULL;

      g_test_message ("%s", cases[i].text);
      g_assert_cmpint (line->fault, ==, TERN_ACCOUNT_LINE_GOOD);
      g_assert_cmpstr (line->email, ==, "a@b.c");
      g_assert_cmpstr (line->password, ==, cases[i].password);
      g_assert_cmpstr (line->provider, ==, cases[i].provider);
      g_assert_cmpstr (server, ==, cases[i].server);
      if (line->server != NULL)
        g_assert_cmpint (line->server->security, ==, cases[i].security);
    }
}

static void
test_numbers (void)
{
  static const struct
  {
    guint number;
    TernAccountLineFault fault;
  } expected[] = {
    { 2, TERN_ACCOUNT_LINE_GOOD },
    { 5, TERN_ACCOUNT_LINE_FORM },
    { 6, TERN_ACCOUNT_LINE_ADDRESS },
    /* A continuation that has a separator of its own is no continuation. */
    { 7, TERN_ACCOUNT_LINE_PORT },
    { 8, TERN_ACCOUNT_LINE_ADDRESS },
    { 10, TERN_ACCOUNT_LINE_FORM },
    { 12, TERN_ACCOUNT_LINE_GOOD },
  };
  g_autoptr (GPtrArray) lines = parse ("# who\n"
                                       "ana@example.org----pa\n"
                                       "ss\n"
                                       "\n"
                                       "stray\n"
                                       "nobody----pw\n"
                                       "ben@example.org----pw----custom----\n"
                                       "mail.example.org----993\n"
                                       "\n"
                                       "one\n"
                                       "two\n"
                                       "eve@example.org----pw");

  g_assert_cmpuint (lines->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < lines->len; i++)
    {
      const TernAccountLine *line = g_ptr_array_index (lines, i);

      g_assert_cmpuint (line->number, ==, expected[i].number);
      g_assert_cmpint (line->fault, ==, expected[i].fault);
    }
  g_assert_cmpstr (((TernAccountLine *) lines->pdata[0])->password, ==, "pass");
}

static void
test_nothing (void)
{
  static const char *const texts[] = { "", "\n\r\n", "# ana@example.org----pw", "\xef\xbb\xbf" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GPtrArray) lines = parse (texts[i]);

      g_assert_cmpuint (lines->len, ==, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(sentence, function) g_test_add_func ("/model/account-line/" sentence, function)
  TEST ("what has none of the forms is refused with its reason, and holds no secret", test_refused);
  TEST ("long lines, many lines and long texts are bounded", test_bounds);
  TEST ("an Outlook line's token may hold the separator, and its password is not kept",
        test_outlook);
  TEST ("an Outlook line may be broken, spaced, commented and without a password",
        test_outlook_variants);
  TEST ("each form of an IMAP line is read", test_imap);
  TEST ("each line has the number of where it begins", test_numbers);
  TEST ("empty texts and comments have no accounts", test_nothing);
  return g_test_run ();
}
