/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <adwaita.h>
#include <webkit/webkit.h>

#include "html-tricks.h"
#include "tern-letter-view.h"
#include "tern-ui-resources.h"

/* No single page takes this long; a safety net only. */
#define DEADLINE_S 60

/* A place on loopback that counts who comes, and hangs up. */
typedef struct
{
  GSocketService *service;
  guint16 port;
  guint connections;
} Listener;

typedef struct
{
  Listener http;
  Listener https;
  GtkWidget *window;
  GtkWidget *view;
  gint64 next_id;
} Fixture;

static gboolean
incoming_cb (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             gpointer user_data)
{
  Listener *listener = user_data;

  listener->connections++;
  return TRUE;
}

static void
listener_start (Listener *listener)
{
  g_autoptr (GError) error = NULL;

  listener->service = g_socket_service_new ();
  listener->port =
      g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (listener->service), NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (listener->service, "incoming", G_CALLBACK (incoming_cb), listener);
}

static void
fixture_set_up (Fixture *fixture, gconstpointer data)
{
  listener_start (&fixture->http);
  listener_start (&fixture->https);
  fixture->window = adw_window_new ();
  fixture->view = g_object_new (TERN_TYPE_LETTER_VIEW, NULL);
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 800, 600);
  adw_window_set_content (ADW_WINDOW (fixture->window), fixture->view);
  gtk_window_present (GTK_WINDOW (fixture->window));
}

static void
fixture_tear_down (Fixture *fixture, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  g_socket_service_stop (fixture->http.service);
  g_socket_service_stop (fixture->https.service);
  g_object_unref (fixture->http.service);
  g_object_unref (fixture->https.service);
}

/* @html with the listeners in place of evil.test, as addresses of both kinds. */
static char *
aim (Fixture *fixture, const char *html)
{
  g_autofree char *http = g_strdup_printf ("http://127.0.0.1:%u", fixture->http.port);
  g_autofree char *https = g_strdup_printf ("https://127.0.0.1:%u", fixture->https.port);
  g_autofree char *bare = g_strdup_printf ("127.0.0.1:%u", fixture->http.port);
  GString *out = g_string_new (html);

  g_string_replace (out, "https://evil.test", https, 0);
  g_string_replace (out, "http://evil.test", http, 0);
  g_string_replace (out, "evil.test", bare, 0);
  return g_string_free (out, FALSE);
}

static GtkWidget *
find_web_view (GtkWidget *widget)
{
  if (WEBKIT_IS_WEB_VIEW (widget))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_web_view (child);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
deadline_cb (gpointer user_data)
{
  g_error ("Nothing came for %d s", DEADLINE_S);
  return G_SOURCE_REMOVE;
}

static void
iterate_until (const gboolean *flag)
{
  guint deadline = g_timeout_add_seconds (DEADLINE_S, deadline_cb, NULL);

  while (!*flag)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (deadline);
}

static void
load_changed_cb (WebKitWebView *view, WebKitLoadEvent event, gboolean *finished)
{
  if (event == WEBKIT_LOAD_FINISHED)
    *finished = TRUE;
}

static void
wait_for_load (GtkWidget *web)
{
  gboolean finished = FALSE;
  gulong handler = g_signal_connect (web, "load-changed", G_CALLBACK (load_changed_cb), &finished);

  iterate_until (&finished);
  g_signal_handler_disconnect (web, handler);
}

static void
show (Fixture *fixture, const char *html)
{
  g_autoptr (TernMessage) message = tern_message_new ();
  g_autoptr (TernLetter) letter = NULL;

  message->id = ++fixture->next_id;
  message->subject = g_strdup ("Tricks");
  letter = tern_letter_new (message, NULL, html);
  tern_letter_view_show_letter (TERN_LETTER_VIEW (fixture->view), letter);
}

/* Waits until somebody has come to both listeners. Whoever set out earlier has come too. */
static void
wait_for_visitors (Fixture *fixture)
{
  guint deadline = g_timeout_add_seconds (DEADLINE_S, deadline_cb, NULL);

  while (fixture->http.connections == 0 || fixture->https.connections == 0)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (deadline);
}

static char *
with_something_to_style (const char *html)
{
  /* A style loads its pictures only where it applies to something. */
  return g_strconcat (html, "<p x=a>text</p><div class=x>more</div>", NULL);
}

static void
test_tricks (Fixture *fixture, gconstpointer data)
{
  static const char CONTROL[] = "<img src=http://evil.test/1 width=50 height=50>"
                                "<img src=https://evil.test/2 width=50 height=50>";
  g_autofree char *control = aim (fixture, CONTROL);

  for (gsize i = 0; i < G_N_ELEMENTS (TRICKS); i++)
    {
      g_autofree char *visible = with_something_to_style (TRICKS[i]);
      g_autofree char *html = aim (fixture, visible);

      show (fixture, html);
      wait_for_load (find_web_view (fixture->view));
      if (fixture->http.connections + fixture->https.connections > 0)
        g_error ("A connection was made by %s", TRICKS[i]);
    }

  show (fixture, control);
  wait_for_load (find_web_view (fixture->view));
  g_assert_cmpuint (fixture->http.connections, ==, 0);
  g_assert_cmpuint (fixture->https.connections, ==, 0);

  tern_letter_view_allow_remote (TERN_LETTER_VIEW (fixture->view));
  wait_for_visitors (fixture);
}

/* What a letter could do if nothing of it were taken out. */
static const char RAW[] =
    "<link rel=stylesheet href=http://evil.test/1><link rel=preconnect href=https://evil.test>"
    "<style>@import 'http://evil.test/2'; p{background:url(https://evil.test/3)}</style>"
    "<img src=http://evil.test/4><img src=https://evil.test/5><p>text</p>"
    "<iframe src=http://evil.test/6></iframe><object data=http://evil.test/7></object>"
    "<video src=http://evil.test/8 poster=http://evil.test/9></video>"
    "<script>fetch('http://evil.test/10');new Image().src='http://evil.test/11'</script>";

static void
load_raw (Fixture *fixture, WebKitNetworkSession *session)
{
  g_autofree char *html = aim (fixture, RAW);
  GtkWidget *window = gtk_window_new ();
  GtkWidget *web = g_object_new (WEBKIT_TYPE_WEB_VIEW, "network-session", session, NULL);

  gtk_window_set_child (GTK_WINDOW (window), web);
  gtk_window_present (GTK_WINDOW (window));
  webkit_web_view_load_html (WEBKIT_WEB_VIEW (web), html, NULL);
  wait_for_load (web);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_dead_end (Fixture *fixture, gconstpointer data)
{
  g_autoptr (WebKitNetworkSession) open = webkit_network_session_new_ephemeral ();

  show (fixture, "<p>nothing");
  wait_for_load (find_web_view (fixture->view));
  load_raw (fixture,
            webkit_web_view_get_network_session (WEBKIT_WEB_VIEW (find_web_view (fixture->view))));
  g_assert_cmpuint (fixture->http.connections, ==, 0);
  g_assert_cmpuint (fixture->https.connections, ==, 0);

  load_raw (fixture, open);
  wait_for_visitors (fixture);
}

static void
test_refused_pages (Fixture *fixture, gconstpointer data)
{
  g_autofree char *url = aim (fixture, "http://evil.test/");
  GtkWidget *web;

  show (fixture, "<p>nothing");
  web = find_web_view (fixture->view);
  wait_for_load (web);
  webkit_web_view_load_uri (WEBKIT_WEB_VIEW (web), url);
  show (fixture, "<p>another");
  wait_for_load (web);
  g_assert_cmpuint (fixture->http.connections, ==, 0);
  g_assert_cmpstr (webkit_web_view_get_uri (WEBKIT_WEB_VIEW (web)), ==, "about:blank");
}

static GtkWidget *
find_button (GtkWidget *widget, const char *label)
{
  if (GTK_IS_BUTTON (widget) && gtk_widget_get_mapped (widget) &&
      g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), label) == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_button (child, label);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
test_crash (Fixture *fixture, gconstpointer data)
{
  GtkWidget *web;

  show (fixture, "<p>hello");
  web = find_web_view (fixture->view);
  wait_for_load (web);
  g_assert_null (find_button (fixture->view, "Show again"));
  g_signal_emit_by_name (web, "web-process-terminated", WEBKIT_WEB_PROCESS_CRASHED);
  while (find_button (fixture->view, "Show again") == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_signal_emit_by_name (find_button (fixture->view, "Show again"), "clicked");
  wait_for_load (find_web_view (fixture->view));
  g_assert_null (find_button (fixture->view, "Show again"));
}

static void
test_plain (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TernMessage) message = tern_message_new ();
  g_autoptr (TernLetter) letter = NULL;

  message->id = 1;
  message->subject = g_strdup ("Plain");
  letter = tern_letter_new (message, "See http://evil.test/", NULL);
  tern_letter_view_show_letter (TERN_LETTER_VIEW (fixture->view), letter);
  g_assert_null (find_web_view (fixture->view));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_resources_register (tern_ui_get_resource ());

#define ADD(name, func)                                                                            \
  g_test_add ("/ui/letter/" name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)
  ADD ("no trick makes a letter connect to anybody until the reader asks for pictures",
       test_tricks);
  ADD ("nothing would be reached even if the policy let everything through", test_dead_end);
  ADD ("the view goes to no other page", test_refused_pages);
  ADD ("a letter whose web process died can be shown again", test_crash);
  ADD ("a plain letter is shown without a web process", test_plain);
#undef ADD
  return g_test_run ();
}
