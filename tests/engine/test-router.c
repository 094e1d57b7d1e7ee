/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <glib.h>

#include "tern-error.h"
#include "tern-router.h"

#define NOW (1000 * TERN_ROUTER_TTL)
#define MINUTE (60 * (gint64) G_USEC_PER_SEC)

static const char *const outlook[] = { "graph", "imap", NULL };

static gboolean
fail (TernRouter *router, const char *channel, GQuark domain, int code, gint64 now)
{
  g_autoptr (GError) error = g_error_new (domain, code, "%s does not work", channel);

  return tern_router_fail (router, channel, error, now);
}

static void
test_order (void)
{
  g_autoptr (TernRouter) router = tern_router_new (outlook);

  g_assert_cmpstr (tern_router_next (router, NOW), ==, "graph");
}

static void
test_remembered (void)
{
  g_autoptr (TernRouter) router = tern_router_new (outlook);
  g_autoptr (TernRouter) later = tern_router_new (outlook);
  g_autoptr (GPtrArray) states = NULL;

  tern_router_succeed (router, "imap", NOW);
  g_assert_cmpstr (tern_router_next (router, NOW + 59 * MINUTE), ==, "imap");
  g_assert_cmpstr (tern_router_next (router, NOW + 61 * MINUTE), ==, "graph");

  states = tern_router_list_states (router);
  g_assert_cmpuint (states->len, ==, 1);
  tern_router_load (later, states);
  g_assert_cmpstr (tern_router_next (later, NOW + 59 * MINUTE), ==, "imap");
  g_assert_cmpstr (tern_router_next (later, NOW - MINUTE), ==, "graph");
}

static void
test_timeout (void)
{
  g_autoptr (TernRouter) router = tern_router_new (outlook);
  g_autoptr (GPtrArray) states = NULL;

  g_assert_false (fail (router, "graph", G_IO_ERROR, G_IO_ERROR_TIMED_OUT, NOW));
  g_assert_cmpstr (tern_router_next (router, NOW), ==, "imap");
  g_assert_false (fail (router, "imap", G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE, NOW));
  g_assert_null (tern_router_next (router, NOW));
  states = tern_router_list_states (router);
  g_assert_cmpuint (states->len, ==, 0);

  tern_router_begin (router);
  g_assert_cmpstr (tern_router_next (router, NOW), ==, "graph");
}

static void
test_denied (void)
{
  g_autoptr (TernRouter) router = tern_router_new (outlook);

  g_assert_true (fail (router, "graph", TERN_ERROR, TERN_ERROR_PERMISSION, NOW));
  tern_router_begin (router);
  g_assert_cmpstr (tern_router_next (router, NOW + 59 * MINUTE), ==, "imap");
  g_assert_cmpstr (tern_router_next (router, NOW + 61 * MINUTE), ==, "graph");

  tern_router_forget (router);
  g_assert_cmpstr (tern_router_next (router, NOW), ==, "graph");
}

static void
test_last (void)
{
  g_autoptr (TernRouter) router = tern_router_new (outlook);
  g_autoptr (GError) error = NULL;

  g_assert_true (fail (router, "graph", TERN_ERROR, TERN_ERROR_PERMISSION, NOW));
  g_assert_false (fail (router, "imap", TERN_ERROR, TERN_ERROR_AUTH, NOW));
  g_assert_null (tern_router_next (router, NOW));
  error = tern_router_dup_error (router);
  g_assert_error (error, TERN_ERROR, TERN_ERROR_AUTH);
  g_assert_cmpstr (error->message, ==, "graph: graph does not work; imap: imap does not work");

  tern_router_begin (router);
  g_assert_cmpstr (tern_router_next (router, NOW), ==, "imap");
}

static void
test_error (void)
{
  g_autoptr (TernRouter) router = tern_router_new (outlook);
  g_autoptr (GError) error = NULL;

  fail (router, "graph", TERN_ERROR, TERN_ERROR_PERMISSION, NOW);
  fail (router, "imap", G_IO_ERROR, G_IO_ERROR_TIMED_OUT, NOW);
  error = tern_router_dup_error (router);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (error->message, "graph: "));
}

static void
test_postponed (void)
{
  g_autoptr (TernRouter) router = tern_router_new (outlook);

  tern_router_succeed (router, "graph", NOW);
  g_assert_true (tern_router_postpone (router, "graph", NOW));
  g_assert_cmpstr (tern_router_next (router, NOW), ==, "imap");
  fail (router, "imap", TERN_ERROR, TERN_ERROR_PERMISSION, NOW);
  g_assert_false (tern_router_postpone (router, "graph", NOW));
  g_assert_cmpstr (tern_router_next (router, NOW), ==, "graph");
}

static void
test_only (void)
{
  static const char *const plain[] = { "imap", NULL };
  g_autoptr (TernRouter) router = tern_router_new (plain);

  g_assert_false (fail (router, "imap", TERN_ERROR, TERN_ERROR_AUTH, NOW));
  tern_router_begin (router);
  g_assert_cmpstr (tern_router_next (router, NOW), ==, "imap");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/router/the provider's order counts while nothing is known", test_order);
  g_test_add_func ("/router/what worked is used first for an hour, also after a start",
                   test_remembered);
  g_test_add_func ("/router/a timeout denies no channel", test_timeout);
  g_test_add_func ("/router/a refusal denies a channel for an hour or until the scopes change",
                   test_denied);
  g_test_add_func ("/router/the last channel is never denied", test_last);
  g_test_add_func ("/router/an error has every channel's reason and the most hopeful code",
                   test_error);
  g_test_add_func ("/router/a channel that can only read comes last", test_postponed);
  g_test_add_func ("/router/an account with one channel uses it", test_only);
  return g_test_run ();
}
