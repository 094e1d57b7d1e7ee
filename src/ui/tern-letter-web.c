/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-letter-web.h"

#include <glib/gi18n.h>
#include <webkit/webkit.h>

#include "tern-html-policy.h"
#include "tern-letter-link.h"
#include "tern-letter-parts.h"
#include "tern-trace.h"

/* Nobody listens there, and only the system's administrator could: what the policy and the page's
 * own rules should let through against all intent ends here. */
#define DEAD_END "http://127.0.0.1:1"

/* The page's own style. A letter without colours of its own follows the desktop's; any other is a
 * sheet of white paper. */
#define PAGE_CSS                                                                                   \
  "body{margin:0;font:11pt/1.5 system-ui,sans-serif;overflow-wrap:anywhere}"                       \
  "." TERN_HTML_ROOT_CLASS "{display:flow-root}"                                                   \
  "." TERN_HTML_ROOT_CLASS ">div{box-sizing:border-box;min-height:100vh;padding:6px 18px 18px}"    \
  "img{max-width:100%!important}table{max-width:100%}"                                             \
  "img:not([src]){background:rgba(128,128,128,.15);border-radius:6px;font-size:10pt;"              \
  "max-height:120px}"                                                                              \
  "img:not([src]):not([alt]),img:not([src])[alt=\"\"],"                                            \
  "img[width=\"0\"],img[width=\"1\"][height=\"1\"]{display:none}"                                  \
  "blockquote{margin:6px 0;padding-left:12px;border-left:2px solid rgba(128,128,128,.5)}"          \
  "pre{white-space:pre-wrap}"
#define LIGHT_CSS ":root{color-scheme:light}body{color:#2e3436}a{color:#1b6acb}"
#define PAPER_CSS ":root{color-scheme:light}body{color:#000}"
#define DARK_CSS ":root{color-scheme:dark}body{color:#eee}a{color:#78aeed}"

struct _TernLetterWeb
{
  AdwBin parent_instance;

  TernEngine *engine;
  TernLetter *letter;
  WebKitWebContext *context;
  GtkWidget *stack;
  GtkWidget *view; /* of the present letter; each kind of network session has its own */
  GCancellable *preparing;
  gboolean allow_remote;
  gboolean has_colours;
  guint left_out;
  double zoom;
};

enum
{
  PROP_LEFT_OUT = 1,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TernLetterWeb, tern_letter_web, ADW_TYPE_BIN)

static void
load_changed_cb (TernLetterWeb *self, WebKitLoadEvent event)
{
  if (event != WEBKIT_LOAD_COMMITTED && event != WEBKIT_LOAD_FINISHED)
    return;
  if (self->preparing != NULL) /* that is the letter before */
    return;
  if (event == WEBKIT_LOAD_COMMITTED && self->letter != NULL)
    tern_trace ("ui.message", TERN_TRACE_INT ("shown", 1));
  gtk_widget_set_opacity (self->view, 1);
}

/* Lets through the page that we load, which has this address, and jumps inside it; a link that the
 * reader clicks is opened elsewhere; everything else is refused. */
static gboolean
decide_policy_cb (TernLetterWeb *self,
                  WebKitPolicyDecision *decision,
                  WebKitPolicyDecisionType type)
{
  WebKitNavigationAction *action;
  const char *uri;

  if (type == WEBKIT_POLICY_DECISION_TYPE_RESPONSE)
    return FALSE;
  action = webkit_navigation_policy_decision_get_navigation_action (
      WEBKIT_NAVIGATION_POLICY_DECISION (decision));
  uri = webkit_uri_request_get_uri (webkit_navigation_action_get_request (action));
  if (type == WEBKIT_POLICY_DECISION_TYPE_NAVIGATION_ACTION &&
      (g_str_equal (uri, "about:blank") || g_str_has_prefix (uri, "about:blank#")))
    {
      webkit_policy_decision_use (decision);
      return TRUE;
    }
  webkit_policy_decision_ignore (decision);
  if (webkit_navigation_action_is_user_gesture (action) &&
      webkit_navigation_action_get_navigation_type (action) == WEBKIT_NAVIGATION_TYPE_LINK_CLICKED)
    tern_letter_link_open (GTK_WIDGET (self), uri);
  return TRUE;
}

/* What stays of the context menu: nothing that loads, opens or saves. */
static gboolean
context_menu_cb (TernLetterWeb *self, WebKitContextMenu *menu)
{
  for (guint i = webkit_context_menu_get_n_items (menu); i-- > 0;)
    {
      WebKitContextMenuItem *item = webkit_context_menu_get_item_at_position (menu, i);
      WebKitContextMenuAction action = webkit_context_menu_item_get_stock_action (item);

      if (action != WEBKIT_CONTEXT_MENU_ACTION_COPY &&
          action != WEBKIT_CONTEXT_MENU_ACTION_SELECT_ALL &&
          action != WEBKIT_CONTEXT_MENU_ACTION_COPY_LINK_TO_CLIPBOARD)
        webkit_context_menu_remove (menu, item);
    }
  return webkit_context_menu_get_n_items (menu) == 0;
}

/* Shows where a link leads before it is clicked. */
static void
mouse_target_cb (TernLetterWeb *self, WebKitHitTestResult *hit)
{
  gtk_widget_set_tooltip_text (self->view, webkit_hit_test_result_context_is_link (hit)
                                               ? webkit_hit_test_result_get_link_uri (hit)
                                               : NULL);
}

static gboolean
deny_cb (TernLetterWeb *self)
{
  return TRUE;
}

static gboolean
permission_request_cb (TernLetterWeb *self, WebKitPermissionRequest *request)
{
  webkit_permission_request_deny (request);
  return TRUE;
}

static gboolean
authenticate_cb (TernLetterWeb *self, WebKitAuthenticationRequest *request)
{
  webkit_authentication_request_cancel (request);
  return TRUE;
}

static void
download_started_cb (WebKitNetworkSession *session, WebKitDownload *download)
{
  webkit_download_cancel (download);
}

static void
terminated_cb (TernLetterWeb *self, WebKitWebProcessTerminationReason reason)
{
  if (reason != WEBKIT_WEB_PROCESS_TERMINATED_BY_API && self->letter != NULL)
    gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "stopped");
}

static WebKitNetworkSession *
make_session (gboolean allow_remote)
{
  WebKitNetworkSession *session = webkit_network_session_new_ephemeral ();
  WebKitCookieManager *cookies = webkit_network_session_get_cookie_manager (session);

  webkit_cookie_manager_set_accept_policy (cookies, WEBKIT_COOKIE_POLICY_ACCEPT_NEVER);
  if (!allow_remote)
    {
      WebKitNetworkProxySettings *proxy = webkit_network_proxy_settings_new (DEAD_END, NULL);

      webkit_network_session_set_proxy_settings (session, WEBKIT_NETWORK_PROXY_MODE_CUSTOM, proxy);
      webkit_network_proxy_settings_free (proxy);
    }
  g_signal_connect (session, "download-started", G_CALLBACK (download_started_cb), NULL);
  return session;
}

static WebKitSettings *
make_settings (void)
{
  return g_object_new (
      WEBKIT_TYPE_SETTINGS, "enable-javascript", FALSE, "enable-javascript-markup", FALSE,
      "enable-back-forward-navigation-gestures", FALSE, "enable-encrypted-media", FALSE,
      "enable-fullscreen", FALSE, "enable-html5-database", FALSE, "enable-html5-local-storage",
      FALSE, "enable-media", FALSE, "enable-media-capabilities", FALSE, "enable-media-stream",
      FALSE, "enable-mediasource", FALSE, "enable-page-cache", FALSE, "enable-webaudio", FALSE,
      "enable-webgl", FALSE, "enable-webrtc", FALSE,
      /* A letter is text and pictures; the other way costs a GL context each. */
      "hardware-acceleration-policy", WEBKIT_HARDWARE_ACCELERATION_POLICY_NEVER, NULL);
}

static void
make_view (TernLetterWeb *self, gboolean allow_remote)
{
  g_autoptr (WebKitNetworkSession) session = make_session (allow_remote);
  g_autoptr (WebKitSettings) settings = make_settings ();
  const struct
  {
    const char *signal;
    GCallback callback;
  } signals[] = {
    { "load-changed", G_CALLBACK (load_changed_cb) },
    { "decide-policy", G_CALLBACK (decide_policy_cb) },
    { "context-menu", G_CALLBACK (context_menu_cb) },
    { "mouse-target-changed", G_CALLBACK (mouse_target_cb) },
    { "permission-request", G_CALLBACK (permission_request_cb) },
    { "authenticate", G_CALLBACK (authenticate_cb) },
    { "enter-fullscreen", G_CALLBACK (deny_cb) },
    { "print", G_CALLBACK (deny_cb) },
    { "script-dialog", G_CALLBACK (deny_cb) },
    { "run-file-chooser", G_CALLBACK (deny_cb) },
    { "show-notification", G_CALLBACK (deny_cb) },
    { "web-process-terminated", G_CALLBACK (terminated_cb) },
  };

  if (self->view != NULL)
    gtk_stack_remove (GTK_STACK (self->stack), self->view);
  self->view = g_object_new (WEBKIT_TYPE_WEB_VIEW, "web-context", self->context, "network-session",
                             session, "settings", settings, "zoom-level", self->zoom, NULL);
  self->allow_remote = allow_remote;
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    g_signal_connect_object (self->view, signals[i].signal, signals[i].callback, self,
                             G_CONNECT_SWAPPED);
  gtk_stack_add_named (GTK_STACK (self->stack), self->view, "letter");
}

/* The card's colour on the window's, or white paper. Never transparent: without compositing WebKit
 * would draw a letter over the one before it. */
static GdkRGBA
get_background (TernLetterWeb *self, gboolean paper)
{
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (self));
  GdkRGBA window = { 1, 1, 1, 1 }, card;

  if (paper || !gtk_style_context_lookup_color (style, "window_bg_color", &window) ||
      !gtk_style_context_lookup_color (style, "card_bg_color", &card))
    return (GdkRGBA){ 1, 1, 1, 1 };
  return (GdkRGBA){ card.red * card.alpha + window.red * (1 - card.alpha),
                    card.green * card.alpha + window.green * (1 - card.alpha),
                    card.blue * card.alpha + window.blue * (1 - card.alpha), 1 };
}

static void
load_page (TernLetterWeb *self, const char *inner)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  GdkRGBA background = get_background (self, dark && self->has_colours);
  const char *colours = !dark ? LIGHT_CSS : self->has_colours ? PAPER_CSS : DARK_CSS;
  g_autofree char *ground = gdk_rgba_to_string (&background);
  g_autofree char *css = g_strdup_printf ("%s%shtml{background:%s}", PAGE_CSS, colours, ground);
  g_autofree char *page = tern_html_policy_make_page (inner, css, self->allow_remote);

  /* The letter before this one must not be seen below this one's header. */
  gtk_widget_set_opacity (self->view, 0);
  gtk_stack_set_visible_child (GTK_STACK (self->stack), self->view);
  webkit_web_view_set_background_color (WEBKIT_WEB_VIEW (self->view), &background);
  webkit_web_view_load_html (WEBKIT_WEB_VIEW (self->view), page, NULL);
}

/**
 * tern_letter_web_warm_up:
 * @self: the widget
 *
 * Starts the web process before the first letter needs it. Call it when the list has been painted.
 */
void
tern_letter_web_warm_up (TernLetterWeb *self)
{
  if (self->view != NULL)
    return;
  make_view (self, FALSE);
  load_page (self, "");
}

/* What a letter is made into, in a thread of its own: a long newsletter takes some frames. */
typedef struct
{
  TernLetter *letter;
  gboolean allow_remote;
  char *inner;
  TernHtmlFindings findings;
} Preparation;

static void
preparation_free (gpointer data)
{
  Preparation *preparation = data;

  tern_letter_unref (preparation->letter);
  g_free (preparation->inner);
  tern_html_findings_clear (&preparation->findings);
  g_free (preparation);
}

static void
prepare (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Preparation *preparation = data;

  if (g_task_return_error_if_cancelled (task))
    return;
  preparation->inner = tern_html_policy_apply (preparation->letter->html, preparation->allow_remote,
                                               &preparation->findings);
  g_task_return_boolean (task, TRUE);
}

static void
set_left_out (TernLetterWeb *self, guint left_out)
{
  if (self->left_out == left_out)
    return;
  self->left_out = left_out;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LEFT_OUT]);
}

static void
prepared_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernLetterWeb *self = TERN_LETTER_WEB (object);
  const Preparation *preparation = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), NULL)) /* another letter is shown by now */
    return;
  g_clear_object (&self->preparing);
  self->has_colours = preparation->findings.has_colours;
  load_page (self, preparation->inner);
  set_left_out (self, preparation->allow_remote ? 0 : preparation->findings.remote);
}

static void
stop_preparing (TernLetterWeb *self)
{
  g_cancellable_cancel (self->preparing);
  g_clear_object (&self->preparing);
}

/**
 * tern_letter_web_show:
 * @self: the widget
 * @engine: (nullable): where the letter's own pictures come from; %NULL for none
 * @letter: a letter with an HTML text
 * @allow_remote: whether the reader wants its pictures from elsewhere
 *
 * Shows a letter's HTML as far as tern_html_policy_apply() lets it through, without script, and
 * without any connection unless @allow_remote. The property `left-out` tells how many remote things
 * were left out, once that is known.
 */
void
tern_letter_web_show (TernLetterWeb *self,
                      TernEngine *engine,
                      TernLetter *letter,
                      gboolean allow_remote)
{
  Preparation *preparation = g_new0 (Preparation, 1);
  g_autoptr (GTask) task = NULL;

  g_set_object (&self->engine, engine);
  if (letter != self->letter)
    {
      g_clear_pointer (&self->letter, tern_letter_unref);
      self->letter = tern_letter_ref (letter);
    }
  if (self->view == NULL || self->allow_remote != allow_remote)
    make_view (self, allow_remote);
  gtk_widget_set_opacity (self->view, 0);
  set_left_out (self, 0);

  stop_preparing (self);
  self->preparing = g_cancellable_new ();
  preparation->letter = tern_letter_ref (letter);
  preparation->allow_remote = allow_remote;
  task = g_task_new (self, self->preparing, prepared_cb, NULL);
  g_task_set_source_tag (task, tern_letter_web_show);
  g_task_set_task_data (task, preparation, preparation_free);
  g_task_run_in_thread (task, prepare);
}

/**
 * tern_letter_web_clear:
 * @self: the widget
 *
 * Lets go of the letter; what was shown is not seen any more, and loads nothing more.
 */
void
tern_letter_web_clear (TernLetterWeb *self)
{
  if (self->letter == NULL)
    return;
  stop_preparing (self);
  set_left_out (self, 0);
  g_clear_pointer (&self->letter, tern_letter_unref);
  if (self->allow_remote)
    make_view (self, FALSE);
  gtk_widget_set_opacity (self->view, 0);
}

/**
 * tern_letter_web_set_zoom:
 * @self: the widget
 * @zoom: 1 for the size that the letter asks for
 *
 * Sets how large letters are shown.
 */
void
tern_letter_web_set_zoom (TernLetterWeb *self, double zoom)
{
  self->zoom = zoom;
  if (self->view != NULL)
    webkit_web_view_set_zoom_level (WEBKIT_WEB_VIEW (self->view), zoom);
}

static void
show_again (TernLetterWeb *self)
{
  if (self->letter != NULL)
    tern_letter_web_show (self, self->engine, self->letter, self->allow_remote);
}

static void
cid_request_cb (WebKitURISchemeRequest *request, gpointer user_data)
{
  g_autoptr (TernLetterWeb) self = g_weak_ref_get (user_data);

  tern_letter_parts_serve (request, self != NULL ? self->engine : NULL,
                           self != NULL ? self->letter : NULL);
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
add_stopped_page (TernLetterWeb *self)
{
  GtkWidget *page = adw_status_page_new ();
  GtkWidget *button = gtk_button_new_with_label (_ ("Show again"));

  adw_status_page_set_title (ADW_STATUS_PAGE (page), _ ("This letter stopped showing"));
  adw_status_page_set_description (ADW_STATUS_PAGE (page),
                                   _ ("What shows it ended unexpectedly. Your mail is safe."));
  adw_status_page_set_child (ADW_STATUS_PAGE (page), button);
  gtk_widget_add_css_class (page, "compact");
  gtk_widget_add_css_class (button, "pill");
  gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
  g_signal_connect_object (button, "clicked", G_CALLBACK (show_again), self, G_CONNECT_SWAPPED);
  gtk_stack_add_named (GTK_STACK (self->stack), page, "stopped");
}

static void
tern_letter_web_dispose (GObject *object)
{
  TernLetterWeb *self = TERN_LETTER_WEB (object);

  stop_preparing (self);
  g_clear_object (&self->engine);
  g_clear_pointer (&self->letter, tern_letter_unref);
  g_clear_object (&self->context);
  self->view = NULL;
  G_OBJECT_CLASS (tern_letter_web_parent_class)->dispose (object);
}

static void
tern_letter_web_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_LEFT_OUT)
    g_value_set_uint (value, TERN_LETTER_WEB (object)->left_out);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
tern_letter_web_class_init (TernLetterWebClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tern_letter_web_dispose;
  object_class->get_property = tern_letter_web_get_property;

  properties[PROP_LEFT_OUT] = g_param_spec_uint ("left-out", NULL, NULL, 0, G_MAXUINT, 0,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
tern_letter_web_init (TernLetterWeb *self)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  self->zoom = 1;
  self->stack = gtk_stack_new ();
  adw_bin_set_child (ADW_BIN (self), self->stack);
  add_stopped_page (self);

  self->context = webkit_web_context_new ();
  webkit_web_context_set_cache_model (self->context, WEBKIT_CACHE_MODEL_DOCUMENT_VIEWER);
  g_weak_ref_init (weak, self);
  webkit_web_context_register_uri_scheme (self->context, "cid", cid_request_cb, weak,
                                          weak_ref_free);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (show_again), self, G_CONNECT_SWAPPED);
}

/**
 * tern_letter_web_new:
 *
 * Makes a view for letters in HTML. It starts no process before it is warmed up or shows one.
 *
 * Returns: (transfer full): a new widget
 */
GtkWidget *
tern_letter_web_new (void)
{
  return g_object_new (TERN_TYPE_LETTER_WEB, NULL);
}
