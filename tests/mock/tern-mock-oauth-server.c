/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mock-oauth-server.h"

#include <libsoup/soup.h>
#include <string.h>

#define OTHER_PAGES "/consumers"
#define DEVICE_GRANT "urn:ietf:params:oauth:grant-type:device_code"

/* What an authorization code or a device code was given out for. */
typedef struct
{
  char *client_id;
  char *redirect;
  char *challenge;
} Grant;

/* What is granted for one resource, and how often that was asked for. */
typedef struct
{
  char *resource; /* what stands in the scopes that are asked for */
  char *scope;    /* (nullable): as the server's own */
  gboolean refused;
  guint count;
} Rule;

struct _TernMockOauthServer
{
  GObject parent_instance;

  SoupServer *server;
  char *base;
  char *user; /* (nullable): who signs in */
  TernMockOauthFault fault;
  guint times;
  char *scope; /* (nullable): NULL for what is asked for; "" for an answer without */
  guint lifetime;
  gboolean rotates;
  gboolean denies;
  gboolean turns_away;
  gboolean holds;
  GPtrArray *held; /* SoupServerMessage */
  guint most;
  guint numbers;       /* of what was given out */
  GHashTable *codes;   /* code → Grant */
  GHashTable *refresh; /* refresh token → the one that it replaced */
  GMutex lock;         /* of the access tokens: mail servers in other threads ask about them */
  GHashTable *access;  /* access tokens that are good → the scopes asked for */
  GPtrArray *rules;    /* Rule */
  GHashTable *counts;  /* path → number */
};

G_DEFINE_FINAL_TYPE (TernMockOauthServer, tern_mock_oauth_server, G_TYPE_OBJECT)

static void
grant_free (gpointer data)
{
  Grant *self = data;

  g_free (self->client_id);
  g_free (self->redirect);
  g_free (self->challenge);
  g_free (self);
}

static void
rule_free (gpointer data)
{
  Rule *self = data;

  g_free (self->resource);
  g_free (self->scope);
  g_free (self);
}

static void
tern_mock_oauth_server_dispose (GObject *object)
{
  TernMockOauthServer *self = TERN_MOCK_OAUTH_SERVER (object);

  tern_mock_oauth_server_release (self);
  if (self->server != NULL)
    soup_server_disconnect (self->server);
  g_clear_object (&self->server);

  G_OBJECT_CLASS (tern_mock_oauth_server_parent_class)->dispose (object);
}

static void
tern_mock_oauth_server_finalize (GObject *object)
{
  TernMockOauthServer *self = TERN_MOCK_OAUTH_SERVER (object);

  g_free (self->base);
  g_free (self->user);
  g_free (self->scope);
  g_ptr_array_unref (self->held);
  g_hash_table_unref (self->codes);
  g_hash_table_unref (self->refresh);
  g_mutex_clear (&self->lock);
  g_hash_table_unref (self->access);
  g_ptr_array_unref (self->rules);
  g_hash_table_unref (self->counts);

  G_OBJECT_CLASS (tern_mock_oauth_server_parent_class)->finalize (object);
}

static void
tern_mock_oauth_server_class_init (TernMockOauthServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tern_mock_oauth_server_dispose;
  object_class->finalize = tern_mock_oauth_server_finalize;
}

static void
tern_mock_oauth_server_init (TernMockOauthServer *self)
{
  self->lifetime = 3600;
  self->held = g_ptr_array_new_with_free_func (g_object_unref);
  self->codes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, grant_free);
  self->refresh = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_mutex_init (&self->lock);
  self->access = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->rules = g_ptr_array_new_with_free_func (rule_free);
  self->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static char *
make_name (TernMockOauthServer *self, const char *kind)
{
  return g_strdup_printf ("%s-%u-%08x", kind, ++self->numbers, g_random_int ());
}

/* The rule for what is asked for; NULL where there is none. */
static Rule *
match_rule (TernMockOauthServer *self, const char *asked)
{
  for (guint i = 0; asked != NULL && i < self->rules->len; i++)
    {
      Rule *rule = self->rules->pdata[i];

      if (strstr (asked, rule->resource) != NULL)
        return rule;
    }
  return NULL;
}

static Rule *
get_rule (TernMockOauthServer *self, const char *resource)
{
  Rule *rule = match_rule (self, resource);

  if (rule == NULL)
    {
      rule = g_new0 (Rule, 1);
      rule->resource = g_strdup (resource);
      g_ptr_array_add (self->rules, rule);
    }
  return rule;
}

/* --- Answers --- */

static void
answer (SoupServerMessage *message, guint status, const char *type, char *text)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_TAKE, text, strlen (text));
}

static void
answer_error (SoupServerMessage *message, const char *code)
{
  answer (message, 400, "application/json",
          g_strdup_printf ("{\"error\":\"%s\",\"error_description\":\"AADSTS70000: The mock says "
                           "%s.\\r\\nTrace ID: 1\"}",
                           code, code));
}

static void
answer_redirect (SoupServerMessage *message, const char *url)
{
  soup_server_message_set_redirect (message, SOUP_STATUS_FOUND, url);
}

/* Sends a part of an answer and keeps the rest to itself. */
static void
answer_slowly (SoupServerMessage *message)
{
  soup_server_message_set_status (message, 200, NULL);
  soup_message_headers_set_content_type (soup_server_message_get_response_headers (message),
                                         "application/json", NULL);
  soup_message_headers_set_encoding (soup_server_message_get_response_headers (message),
                                     SOUP_ENCODING_CHUNKED);
  soup_message_body_append (soup_server_message_get_response_body (message), SOUP_MEMORY_STATIC,
                            "{\"acc", 5);
}

static char *
make_huge (void)
{
  GString *text = g_string_new ("{\"access_token\":\"");

  while (text->len < 1024 * 1024)
    g_string_append (text, "aaaaaaaaaaaaaaaa");
  g_string_append (text, "\"}");
  return g_string_free (text, FALSE);
}

static void
answer_tokens (TernMockOauthServer *self,
               SoupServerMessage *message,
               const char *refresh,
               const char *asked)
{
  g_autofree char *access = make_name (self, "access");
  const Rule *rule = match_rule (self, asked);
  const char *granted = rule != NULL && rule->scope != NULL ? rule->scope : self->scope;
  const char *scope = granted != NULL ? granted : asked;
  GString *text = g_string_new ("{\"token_type\":\"Bearer\"");

  g_mutex_lock (&self->lock);
  g_hash_table_replace (self->access, g_strdup (access), g_strdup (asked != NULL ? asked : ""));
  g_mutex_unlock (&self->lock);
  g_string_append_printf (text, ",\"access_token\":\"%s\",\"expires_in\":%u", access,
                          self->lifetime);
  if (scope != NULL && *scope != '\0')
    g_string_append_printf (text, ",\"scope\":\"%s\"", scope);
  if (refresh != NULL)
    g_string_append_printf (text, ",\"refresh_token\":\"%s\"", refresh);
  g_string_append (text, "}");
  answer (message, 200, "application/json", g_string_free (text, FALSE));
}

/* --- Pages --- */

/* A person who signs in, and agrees to everything or to nothing. */
static void
authorize (TernMockOauthServer *self, SoupServerMessage *message, GHashTable *query)
{
  const char *redirect = query != NULL ? g_hash_table_lookup (query, "redirect_uri") : NULL;
  const char *state = query != NULL ? g_hash_table_lookup (query, "state") : NULL;
  g_autofree char *code = make_name (self, "code");
  g_autofree char *url = NULL;
  Grant *grant;

  if (redirect == NULL || state == NULL ||
      g_strcmp0 (g_hash_table_lookup (query, "response_type"), "code") != 0 ||
      g_strcmp0 (g_hash_table_lookup (query, "code_challenge_method"), "S256") != 0)
    {
      answer (message, 400, "text/plain", g_strdup ("malformed request"));
      return;
    }
  if (self->denies)
    {
      url = g_strdup_printf ("%s/?error=access_denied&error_description=The+user+said+no&state=%s",
                             redirect, state);
      answer_redirect (message, url);
      return;
    }
  grant = g_new0 (Grant, 1);
  grant->client_id = g_strdup (g_hash_table_lookup (query, "client_id"));
  grant->redirect = g_strdup (redirect);
  grant->challenge = g_strdup (g_hash_table_lookup (query, "code_challenge"));
  g_hash_table_insert (self->codes, g_strdup (code), grant);
  url = g_strdup_printf ("%s/?code=%s&state=%s", redirect, code, state);
  answer_redirect (message, url);
}

static void
device (TernMockOauthServer *self, SoupServerMessage *message, GHashTable *form)
{
  char *code = make_name (self, "device");
  Grant *grant = g_new0 (Grant, 1);

  grant->client_id = g_strdup (g_hash_table_lookup (form, "client_id"));
  answer (message, 200, "application/json",
          g_strdup_printf ("{\"device_code\":\"%s\",\"user_code\":\"WDJB-MJHT\","
                           "\"verification_uri\":\"%s/activate\",\"expires_in\":900,"
                           "\"interval\":1}",
                           code, self->base));
  g_hash_table_insert (self->codes, code, grant);
}

/* RFC 7636 section 4.6. */
static gboolean
is_verified (const Grant *grant, const char *verifier)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *challenge = NULL;
  guchar digest[32];
  gsize length = sizeof digest;

  if (verifier == NULL || strlen (verifier) < 43 || strlen (verifier) > 128)
    return FALSE;
  g_checksum_update (checksum, (const guchar *) verifier, -1);
  g_checksum_get_digest (checksum, digest, &length);
  challenge = g_base64_encode (digest, length);
  g_strdelimit (challenge, "+", '-');
  g_strdelimit (challenge, "/", '_');
  challenge[strcspn (challenge, "=")] = '\0';
  return g_strcmp0 (challenge, grant->challenge) == 0;
}

static void
redeem_code (TernMockOauthServer *self,
             SoupServerMessage *message,
             GHashTable *form,
             gboolean is_device)
{
  const char *name = g_hash_table_lookup (form, is_device ? "device_code" : "code");
  const Grant *grant = name != NULL ? g_hash_table_lookup (self->codes, name) : NULL;
  g_autofree char *refresh = NULL;

  if (grant == NULL || g_strcmp0 (grant->client_id, g_hash_table_lookup (form, "client_id")) != 0 ||
      (!is_device &&
       (g_strcmp0 (grant->redirect, g_hash_table_lookup (form, "redirect_uri")) != 0 ||
        !is_verified (grant, g_hash_table_lookup (form, "code_verifier")))))
    {
      answer_error (message, "invalid_grant");
      return;
    }
  g_hash_table_remove (self->codes, name);
  refresh = self->fault == TERN_MOCK_OAUTH_NO_REFRESH ? NULL : tern_mock_oauth_server_grant (self);
  answer_tokens (self, message, refresh, g_hash_table_lookup (form, "scope"));
}

static void
redeem_refresh (TernMockOauthServer *self, SoupServerMessage *message, GHashTable *form)
{
  const char *refresh = g_hash_table_lookup (form, "refresh_token");
  g_autofree char *next = NULL;
  gpointer before;

  if (refresh == NULL || !g_hash_table_lookup_extended (self->refresh, refresh, NULL, &before))
    {
      answer_error (message, "invalid_grant");
      return;
    }
  /* Whoever uses the new one has it: the old one is good until then, and no longer. */
  if (*(char *) before != '\0')
    g_hash_table_remove (self->refresh, before);
  if (self->rotates)
    {
      next = make_name (self, "refresh");
      g_hash_table_insert (self->refresh, g_strdup (next), g_strdup (refresh));
    }
  answer_tokens (self, message, next, g_hash_table_lookup (form, "scope"));
}

/* The connection ends before the answer does. */
static void
answer_cut (SoupServerMessage *message)
{
  static const char begun[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                              "Content-Length: 4000\r\n\r\n{\"access_token\":\"acc";
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);

  g_output_stream_write_all (g_io_stream_get_output_stream (stream), begun, strlen (begun), NULL,
                             NULL, NULL);
  g_io_stream_close (stream, NULL, NULL);
}

/* Returns whether the fault was the answer. */
static gboolean
do_fault (TernMockOauthServer *self, SoupServerMessage *message, TernMockOauthFault fault)
{
  g_autofree char *elsewhere = g_strconcat (self->base, "/elsewhere", NULL);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  switch (fault)
    {
    case TERN_MOCK_OAUTH_INVALID_GRANT:
      answer_error (message, "invalid_grant");
      return TRUE;
    case TERN_MOCK_OAUTH_INTERACTION_REQUIRED:
      answer_error (message, "interaction_required");
      return TRUE;
    case TERN_MOCK_OAUTH_INVALID_SCOPE:
      answer_error (message, "invalid_scope");
      return TRUE;
    case TERN_MOCK_OAUTH_PENDING:
      answer_error (message, "authorization_pending");
      return TRUE;
    case TERN_MOCK_OAUTH_SLOW_DOWN:
      answer_error (message, "slow_down");
      return TRUE;
    case TERN_MOCK_OAUTH_EXPIRED_CODE:
      answer_error (message, "expired_token");
      return TRUE;
    case TERN_MOCK_OAUTH_THROTTLED:
      soup_message_headers_replace (headers, "Retry-After", "17");
      answer (message, 429, "text/plain", g_strdup ("too many"));
      return TRUE;
    case TERN_MOCK_OAUTH_BROKEN:
      answer (message, 503, "text/html", g_strdup ("<p>back soon</p>"));
      return TRUE;
    case TERN_MOCK_OAUTH_TRUNCATED:
      answer (message, 200, "application/json", g_strdup ("{\"access_token\":\"acc"));
      return TRUE;
    case TERN_MOCK_OAUTH_CUT:
      answer_cut (message);
      return TRUE;
    case TERN_MOCK_OAUTH_NO_JSON:
      answer (message, 200, "text/html", g_strdup ("<p>Sign in to this wireless network</p>"));
      return TRUE;
    case TERN_MOCK_OAUTH_DEEP:
      answer (message, 200, "application/json", g_strnfill (200000, '['));
      return TRUE;
    case TERN_MOCK_OAUTH_HUGE:
      answer (message, 200, "application/json", make_huge ());
      return TRUE;
    case TERN_MOCK_OAUTH_SLOW:
      answer_slowly (message);
      soup_server_message_pause (message);
      g_ptr_array_add (self->held, g_object_ref (message));
      return TRUE;
    case TERN_MOCK_OAUTH_ELSEWHERE:
      answer_redirect (message, elsewhere);
      return TRUE;
    case TERN_MOCK_OAUTH_BAD_TOKEN:
      answer (message, 200, "application/json", g_strdup ("{\"access_token\":\"a\\r\\nb\"}"));
      return TRUE;
    case TERN_MOCK_OAUTH_NONE:
    case TERN_MOCK_OAUTH_NO_REFRESH:
    default:
      return FALSE;
    }
}

static void
token (TernMockOauthServer *self, SoupServerMessage *message, GHashTable *form)
{
  const char *type = g_hash_table_lookup (form, "grant_type");
  Rule *rule = match_rule (self, g_hash_table_lookup (form, "scope"));

  if (rule != NULL)
    rule->count++;
  if (rule != NULL && rule->refused)
    {
      answer_error (message, "invalid_grant");
      return;
    }
  if (self->times > 0 && self->fault != TERN_MOCK_OAUTH_NONE)
    {
      self->times--;
      if (do_fault (self, message, self->fault))
        return;
    }
  if (g_strcmp0 (type, "refresh_token") == 0)
    redeem_refresh (self, message, form);
  else if (g_strcmp0 (type, "authorization_code") == 0)
    redeem_code (self, message, form, FALSE);
  else if (g_strcmp0 (type, DEVICE_GRANT) == 0)
    redeem_code (self, message, form, TRUE);
  else
    answer_error (message, "unsupported_grant_type");
}

/* What a mail server asks about a token that somebody showed it. */
static void
introspect (TernMockOauthServer *self, SoupServerMessage *message, GHashTable *query)
{
  const char *access = query != NULL ? g_hash_table_lookup (query, "access_token") : NULL;

  if (access != NULL && tern_mock_oauth_server_accepts (self, access))
    answer (message, 200, "application/json",
            g_strdup_printf ("{\"active\":true,\"email\":\"%s\"}",
                             self->user != NULL ? self->user : ""));
  else
    answer (message, 401, "application/json", g_strdup ("{\"error\":\"invalid_token\"}"));
}

/* What it says to a registration that it serves at its other pages. */
static void
turn_away (SoupServerMessage *message)
{
  answer (message, 400, "application/json",
          g_strdup ("{\"error\":\"invalid_request\",\"error_description\":\"AADSTS9002331: "
                    "Please use the /consumers endpoint.\"}"));
}

static void
request_cb (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  TernMockOauthServer *self = TERN_MOCK_OAUTH_SERVER (user_data);
  gboolean is_post = soup_server_message_get_method (message) == SOUP_METHOD_POST;
  g_autoptr (GHashTable) form = g_hash_table_new (g_str_hash, g_str_equal);
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, path));

  g_hash_table_replace (self->counts, g_strdup (path), GUINT_TO_POINTER (count + 1));
  if (is_post)
    {
      g_autofree char *text =
          g_strndup (soup_server_message_get_request_body (message)->data,
                     (gsize) soup_server_message_get_request_body (message)->length);

      g_hash_table_unref (form);
      form = soup_form_decode (text);
    }
  if (g_str_has_prefix (path, OTHER_PAGES))
    path += strlen (OTHER_PAGES);
  else if (is_post && self->turns_away)
    {
      turn_away (message);
      return;
    }
  if (strcmp (path, "/authorize") == 0)
    authorize (self, message, query);
  else if (is_post && strcmp (path, "/device") == 0)
    device (self, message, form);
  else if (is_post && strcmp (path, "/token") == 0)
    {
      token (self, message, form);
      if (self->holds)
        {
          soup_server_message_pause (message);
          g_ptr_array_add (self->held, g_object_ref (message));
          self->most = MAX (self->most, self->held->len);
        }
    }
  else if (strcmp (path, "/introspect") == 0)
    introspect (self, message, query);
  else
    answer (message, 404, "text/plain", g_strdup ("no such page"));
}

/* --- Public --- */

/**
 * tern_mock_oauth_server_new:
 * @port: a port of the loopback address, or 0 for any
 *
 * Starts a provider with the pages `/authorize`, `/device`, `/token` and `/introspect`, which are
 * below `/consumers`, too.
 *
 * Returns: (transfer full): a server that runs in the thread-default main context
 */
TernMockOauthServer *
tern_mock_oauth_server_new (guint16 port)
{
  TernMockOauthServer *self = g_object_new (TERN_TYPE_MOCK_OAUTH_SERVER, NULL);
  g_autoptr (GError) error = NULL;
  GSList *uris;

  self->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (self->server, NULL, request_cb, self, NULL);
  if (!soup_server_listen_local (self->server, port, SOUP_SERVER_LISTEN_IPV4_ONLY, &error))
    g_error ("%s", error->message);
  uris = soup_server_get_uris (self->server);
  self->base = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return self;
}

/**
 * tern_mock_oauth_server_get_base:
 * @self: a server
 *
 * Returns: (transfer none): what stands before the names of its pages
 */
const char *
tern_mock_oauth_server_get_base (TernMockOauthServer *self)
{
  return self->base;
}

/**
 * tern_mock_oauth_server_listen_securely:
 * @self: a server
 * @certificate: its certificate and key
 *
 * Has it listen on a second port, with TLS; and over HTTP/2 where SOUP_SERVER_HTTP2 is set.
 *
 * Returns: (transfer full): what stands before the names of its pages there
 */
char *
tern_mock_oauth_server_listen_securely (TernMockOauthServer *self, GTlsCertificate *certificate)
{
  g_autoptr (GError) error = NULL;
  GSList *uris;
  char *base = NULL;

  soup_server_set_tls_certificate (self->server, certificate);
  if (!soup_server_listen_local (self->server, 0,
                                 SOUP_SERVER_LISTEN_IPV4_ONLY | SOUP_SERVER_LISTEN_HTTPS, &error))
    g_error ("%s", error->message);
  uris = soup_server_get_uris (self->server);
  for (GSList *l = uris; l != NULL && base == NULL; l = l->next)
    if (strcmp (g_uri_get_scheme (l->data), "https") == 0)
      base = g_strdup_printf ("https://127.0.0.1:%d", g_uri_get_port (l->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return base;
}

/**
 * tern_mock_oauth_server_set_fault:
 * @self: a server
 * @fault: what the token page does
 * @times: for so many requests
 */
void
tern_mock_oauth_server_set_fault (TernMockOauthServer *self, TernMockOauthFault fault, guint times)
{
  self->fault = fault;
  self->times = times;
}

/**
 * tern_mock_oauth_server_set_scope:
 * @self: a server
 * @scope: (nullable): what it grants from now on, whatever is asked for; %NULL for that; "" for not
 *   saying
 */
void
tern_mock_oauth_server_set_scope (TernMockOauthServer *self, const char *scope)
{
  g_free (self->scope);
  self->scope = g_strdup (scope);
}

/**
 * tern_mock_oauth_server_set_scope_for:
 * @self: a server
 * @resource: what stands in the scopes that are asked for
 * @scope: (nullable): what it grants then, in place of tern_mock_oauth_server_set_scope()
 *
 * Requests with @resource are counted from now on: tern_mock_oauth_server_count_for().
 */
void
tern_mock_oauth_server_set_scope_for (TernMockOauthServer *self,
                                      const char *resource,
                                      const char *scope)
{
  Rule *rule = get_rule (self, resource);

  g_free (rule->scope);
  rule->scope = g_strdup (scope);
}

/**
 * tern_mock_oauth_server_set_refused:
 * @self: a server
 * @resource: what stands in the scopes that are asked for
 * @refused: whether the user never agreed to that
 */
void
tern_mock_oauth_server_set_refused (TernMockOauthServer *self,
                                    const char *resource,
                                    gboolean refused)
{
  get_rule (self, resource)->refused = refused;
}

/**
 * tern_mock_oauth_server_set_lifetime:
 * @self: a server
 * @seconds: for how long its access tokens are to be good
 */
void
tern_mock_oauth_server_set_lifetime (TernMockOauthServer *self, guint seconds)
{
  self->lifetime = seconds;
}

/**
 * tern_mock_oauth_server_set_rotation:
 * @self: a server
 * @rotates: whether each answer replaces the refresh token
 */
void
tern_mock_oauth_server_set_rotation (TernMockOauthServer *self, gboolean rotates)
{
  self->rotates = rotates;
}

/**
 * tern_mock_oauth_server_set_denial:
 * @self: a server
 * @denies: whether the person at its page says no
 */
void
tern_mock_oauth_server_set_denial (TernMockOauthServer *self, gboolean denies)
{
  self->denies = denies;
}

/**
 * tern_mock_oauth_server_set_turns_away:
 * @self: a server
 * @turns_away: whether `/device` and `/token` serve nobody, and say that `/consumers` does
 */
void
tern_mock_oauth_server_set_turns_away (TernMockOauthServer *self, gboolean turns_away)
{
  self->turns_away = turns_away;
}

/**
 * tern_mock_oauth_server_set_user:
 * @self: a server
 * @user: whose tokens it gives out, as a mail server is told
 */
void
tern_mock_oauth_server_set_user (TernMockOauthServer *self, const char *user)
{
  g_free (self->user);
  self->user = g_strdup (user);
}

/**
 * tern_mock_oauth_server_hold:
 * @self: a server
 *
 * Keeps the answers of the token page back.
 */
void
tern_mock_oauth_server_hold (TernMockOauthServer *self)
{
  self->holds = TRUE;
}

/**
 * tern_mock_oauth_server_release:
 * @self: a server
 *
 * Sends what was held back.
 */
void
tern_mock_oauth_server_release (TernMockOauthServer *self)
{
  self->holds = FALSE;
  for (guint i = 0; i < self->held->len; i++)
    soup_server_message_unpause (self->held->pdata[i]);
  g_ptr_array_set_size (self->held, 0);
}

/**
 * tern_mock_oauth_server_revoke:
 * @self: a server
 *
 * Ends every sign-in: no token that was given out is good any more.
 */
void
tern_mock_oauth_server_revoke (TernMockOauthServer *self)
{
  g_hash_table_remove_all (self->refresh);
  g_mutex_lock (&self->lock);
  g_hash_table_remove_all (self->access);
  g_mutex_unlock (&self->lock);
}

/**
 * tern_mock_oauth_server_grant:
 * @self: a server
 *
 * Returns: (transfer full): a new refresh token
 */
char *
tern_mock_oauth_server_grant (TernMockOauthServer *self)
{
  char *refresh = make_name (self, "refresh");

  g_hash_table_insert (self->refresh, g_strdup (refresh), g_strdup (""));
  return refresh;
}

/**
 * tern_mock_oauth_server_count:
 * @self: a server
 * @path: a page, such as "/token"
 *
 * Returns: how often it was asked for
 */
guint
tern_mock_oauth_server_count (TernMockOauthServer *self, const char *path)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, path));
}

/**
 * tern_mock_oauth_server_count_for:
 * @self: a server
 * @resource: a resource with a rule of its own
 *
 * Returns: how often a token for it was asked for
 */
guint
tern_mock_oauth_server_count_for (TernMockOauthServer *self, const char *resource)
{
  return get_rule (self, resource)->count;
}

/**
 * tern_mock_oauth_server_count_most_at_once:
 * @self: a server
 *
 * Returns: how many requests of the token page were held back at the same time at most
 */
guint
tern_mock_oauth_server_count_most_at_once (TernMockOauthServer *self)
{
  return self->most;
}

/**
 * tern_mock_oauth_server_accepts:
 * @self: a server
 * @access: an access token
 *
 * May be called from any thread.
 *
 * Returns: whether it is good
 */
gboolean
tern_mock_oauth_server_accepts (TernMockOauthServer *self, const char *access)
{
  return tern_mock_oauth_server_accepts_for (self, access, "");
}

/**
 * tern_mock_oauth_server_accepts_for:
 * @self: a server
 * @access: an access token
 * @resource: what must stand in the scopes for which it was asked for
 *
 * May be called from any thread.
 *
 * Returns: whether it is good there
 */
gboolean
tern_mock_oauth_server_accepts_for (TernMockOauthServer *self,
                                    const char *access,
                                    const char *resource)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);
  const char *asked = g_hash_table_lookup (self->access, access);

  return asked != NULL && strstr (asked, resource) != NULL;
}
