/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-endpoint.h"
#include "tern-error.h"

static void
test_malformed (void)
{
  static const char *const malformed[] = {
    "",        ":993",          "host:",     "host:0",       "host:65536", "host:-1",
    "host:9x", "host: 993",     "a b:993",   "[::1",         "[::1]x",     "[]:993",
    "[a]b]:1", "user@host:993", "host/path", "http://x:993", "a\nb:993",
  };

  for (guint i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      g_autoptr (GError) error = NULL;
      TernEndpoint *endpoint = tern_endpoint_parse (malformed[i], 993, TERN_SECURITY_TLS, &error);

      if (endpoint != NULL)
        g_test_message ("taken: %s", malformed[i]);
      g_assert_null (endpoint);
      g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID);
    }
}

static void
test_no_default (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tern_endpoint_parse ("host", 0, TERN_SECURITY_TLS, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID);
}

static void
test_forms (void)
{
  static const struct
  {
    const char *text, *host;
    guint port;
    const char *written;
  } forms[] = {
    { "IMAP.example.org", "imap.example.org", 993, "imap.example.org:993" },
    { "imap.example.org:143", "imap.example.org", 143, "imap.example.org:143" },
    { "192.0.2.1:1", "192.0.2.1", 1, "192.0.2.1:1" },
    { "[2001:DB8::1]:65535", "2001:db8::1", 65535, "[2001:db8::1]:65535" },
    { "[::1]", "::1", 993, "[::1]:993" },
    { "::1", "::1", 993, "[::1]:993" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TernEndpoint) endpoint =
          tern_endpoint_parse (forms[i].text, 993, TERN_SECURITY_STARTTLS, &error);
      g_autofree char *written = NULL;

      g_assert_no_error (error);
      written = tern_endpoint_to_string (endpoint);
      g_assert_cmpstr (endpoint->host, ==, forms[i].host);
      g_assert_cmpuint (endpoint->port, ==, forms[i].port);
      g_assert_cmpint (endpoint->security, ==, TERN_SECURITY_STARTTLS);
      g_assert_cmpstr (written, ==, forms[i].written);
    }
}

static void
test_equal (void)
{
  g_autoptr (TernEndpoint) a = tern_endpoint_new ("A.example.org", 993, TERN_SECURITY_TLS);
  g_autoptr (TernEndpoint) b = tern_endpoint_new ("a.example.org", 993, TERN_SECURITY_TLS);
  g_autoptr (TernEndpoint) port = tern_endpoint_new ("a.example.org", 143, TERN_SECURITY_TLS);
  g_autoptr (TernEndpoint) plain = tern_endpoint_new ("a.example.org", 993, TERN_SECURITY_NONE);

  g_assert_true (tern_endpoint_equal (a, b));
  g_assert_false (tern_endpoint_equal (a, port));
  g_assert_false (tern_endpoint_equal (a, plain));
}

static gboolean
is_loopback (const char *host)
{
  g_autoptr (TernEndpoint) endpoint = tern_endpoint_new (host, 1, TERN_SECURITY_NONE);

  return tern_endpoint_is_loopback (endpoint);
}

static void
test_loopback (void)
{
  g_assert_true (is_loopback ("localhost"));
  g_assert_true (is_loopback ("LOCALHOST"));
  g_assert_true (is_loopback ("mail.localhost"));
  g_assert_true (is_loopback ("127.0.0.1"));
  g_assert_true (is_loopback ("127.8.9.1"));
  g_assert_true (is_loopback ("::1"));
  g_assert_false (is_loopback ("localhost.example.org"));
  g_assert_false (is_loopback ("notlocalhost"));
  g_assert_false (is_loopback ("127.0.0.1.example.org"));
  g_assert_false (is_loopback ("128.0.0.1"));
  g_assert_false (is_loopback ("0.0.0.0"));
}

static void
test_security_names (void)
{
  TernSecurity security = TERN_SECURITY_TLS;

  g_assert_false (tern_security_from_string ("ssl", &security));
  g_assert_false (tern_security_from_string (NULL, &security));
  for (int i = TERN_SECURITY_TLS; i <= TERN_SECURITY_NONE; i++)
    {
      g_assert_true (
          tern_security_from_string (tern_security_to_string ((TernSecurity) i), &security));
      g_assert_cmpint (security, ==, i);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/endpoint/what is no HOST:PORT is refused", test_malformed);
  g_test_add_func ("/base/endpoint/without a default a port is insisted on", test_no_default);
  g_test_add_func ("/base/endpoint/every form that people write is read and written", test_forms);
  g_test_add_func ("/base/endpoint/equal means host, port and security", test_equal);
  g_test_add_func ("/base/endpoint/only this machine's own names are loopback", test_loopback);
  g_test_add_func ("/base/endpoint/a security is read by the name it is written with",
                   test_security_names);
  return g_test_run ();
}
