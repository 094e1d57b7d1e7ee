/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-error.h"
#include "tern-fake-tokens.h"
#include "tern-graph-requests.h"
#include "tern-mock-graph.h"

/* A session with a mock Graph. */
typedef struct
{
  TernMockGraph *graph;
  TernFakeTokens *tokens;
  TernGraphSession *session;
} Fixture;

static inline void
fixture_set_up (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *base = NULL;
  g_autoptr (GError) error = NULL;

  fixture->graph = tern_mock_graph_new ();
  fixture->tokens = tern_fake_tokens_new ();
  base = tern_mock_graph_dup_base (fixture->graph);
  fixture->session = tern_graph_session_new (base, TERN_GRAPH_TOKENS (fixture->tokens), &error);
  g_assert_no_error (error);
  tern_graph_session_set_second (fixture->session, 1);
}

static inline void
fixture_tear_down (Fixture *fixture, gconstpointer unused)
{
  tern_graph_session_close (fixture->session);
  g_object_add_weak_pointer (G_OBJECT (fixture->session), (gpointer *) &fixture->session);
  g_object_unref (fixture->session);
  while (fixture->session != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&fixture->tokens);
  g_clear_object (&fixture->graph);
}

static inline void
done_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static inline GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

static inline TernGraphPage *
list (Fixture *fixture, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tern_graph_list_async (fixture->session, "id-inbox", 50, TERN_GRAPH_URGENCY_USER, NULL, done_cb,
                         &result);
  return tern_graph_list_finish (fixture->session, wait_for (&result), error);
}

#define ADD(name_, func_)                                                                          \
  g_test_add ("/graph/" name_, Fixture, NULL, fixture_set_up, func_, fixture_tear_down)
