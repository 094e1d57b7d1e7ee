/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-error.h"

static void
test_detail (void)
{
  g_autoptr (GError) error = g_error_new_literal (TERN_ERROR, TERN_ERROR_BUSY, "later");
  g_autoptr (GError) other = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "other");
  g_autoptr (GError) copy = NULL;

  g_assert_null (tern_error_get_detail (NULL));
  g_assert_null (tern_error_get_detail (other));
  g_assert_null (tern_error_get_detail (error));
  tern_error_set_detail (error, "20");
  tern_error_set_detail (error, "30");
  copy = g_error_copy (error);
  g_clear_error (&error);
  g_assert_cmpstr (tern_error_get_detail (copy), ==, "30");
}

static gboolean
is_transport (GQuark domain, int code)
{
  g_autoptr (GError) error = g_error_new_literal (domain, code, "x");

  return tern_error_is_transport (error);
}

static void
test_transport (void)
{
  g_assert_false (is_transport (G_IO_ERROR, G_IO_ERROR_CANCELLED));
  g_assert_false (is_transport (G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE));
  g_assert_false (is_transport (TERN_ERROR, TERN_ERROR_AUTH));
  g_assert_false (is_transport (TERN_ERROR, TERN_ERROR_REFUSED));
  g_assert_false (is_transport (TERN_ERROR, TERN_ERROR_CERTIFICATE));
  g_assert_false (is_transport (TERN_ERROR, TERN_ERROR_STORAGE));
  g_assert_true (is_transport (G_IO_ERROR, G_IO_ERROR_TIMED_OUT));
  g_assert_true (is_transport (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED));
  g_assert_true (is_transport (G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND));
  g_assert_true (is_transport (G_TLS_ERROR, G_TLS_ERROR_EOF));
  g_assert_true (is_transport (TERN_ERROR, TERN_ERROR_OFFLINE));
  g_assert_true (is_transport (TERN_ERROR, TERN_ERROR_PROTOCOL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/error/a detail survives a copy and belongs to our errors only",
                   test_detail);
  g_test_add_func ("/base/error/a refusal is no reason to try another connection", test_transport);
  return g_test_run ();
}
