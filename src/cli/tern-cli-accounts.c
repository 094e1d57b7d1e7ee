/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>

#include "tern-error.h"

#define MAX_PASSWORD 4096

/* The first line of standard input, without its end. */
static char *
read_password (GError **error)
{
  char buffer[MAX_PASSWORD];
  char *password;

  if (fgets (buffer, sizeof buffer, stdin) == NULL || buffer[0] == '\n')
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_INVALID,
                           _ ("no password came on standard input"));
      return NULL;
    }
  buffer[strcspn (buffer, "\r\n")] = '\0';
  password = g_strdup (buffer);
  explicit_bzero (buffer, sizeof buffer);
  return password;
}

/* As people copy it: with colons or spaces, in either case. */
static char *
normalize_fingerprint (const char *text, GError **error)
{
  GString *out = g_string_new (NULL);

  for (; *text != '\0'; text++)
    if (g_ascii_isxdigit (*text))
      g_string_append_c (out, g_ascii_tolower (*text));
    else if (*text != ':' && *text != ' ')
      break;
  if (*text != '\0' || out->len != 64)
    {
      g_string_free (out, TRUE);
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_INVALID,
                           _ ("a SHA-256 fingerprint has 64 hexadecimal digits"));
      return NULL;
    }
  return g_string_free (out, FALSE);
}

static GPtrArray *
parse_endpoints (char **servers, TernSecurity security, GError **error)
{
  g_autoptr (GPtrArray) endpoints =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_endpoint_unref);

  for (guint i = 0; servers != NULL && servers[i] != NULL; i++)
    {
      TernEndpoint *endpoint = tern_endpoint_parse (
          servers[i], security == TERN_SECURITY_TLS ? 993 : 143, security, error);

      if (endpoint == NULL)
        return NULL;
      g_ptr_array_add (endpoints, endpoint);
    }
  return g_steal_pointer (&endpoints);
}

static TernCliStatus
report_added (TernCli *cli, GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernAccount) kept = tern_engine_add_account_finish (cli->engine, result, &error);

  if (kept == NULL)
    return tern_cli_fail (error);
  if (cli->json)
    {
      g_autoptr (TernJsonWriter) writer = tern_json_writer_new ();

      tern_json_writer_begin_object (writer);
      tern_json_writer_key (writer, "id");
      tern_json_writer_int (writer, kept->id);
      tern_json_writer_key (writer, "email");
      tern_json_writer_string (writer, kept->email);
      tern_json_writer_end_object (writer);
      tern_cli_print_json (writer);
    }
  else
    printf (_ ("Added %s.\n"), kept->email);
  return TERN_CLI_DONE;
}

static TernCliStatus
keep_account (TernCli *cli, TernAccount *account, const char *password, const char *fingerprint)
{
  g_autoptr (GAsyncResult) result = NULL;

  tern_engine_add_account_async (cli->engine, account, password, fingerprint, NULL,
                                 tern_cli_done_cb, &result);
  return report_added (cli, tern_cli_wait (&result));
}

/* Takes the account over: nobody else has it. */
static TernCliStatus
sign_in_account (TernCli *cli, TernAccount *account, gboolean by_device, const char *fingerprint)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TernSignInOffer) offer = tern_cli_begin_sign_in (cli, account, by_device, &error);

  if (offer == NULL)
    {
      tern_account_unref (account);
      return tern_cli_fail (error);
    }
  tern_engine_add_signed_in_async (cli->engine, account, offer, fingerprint, NULL, tern_cli_done_cb,
                                   &result);
  return report_added (cli, tern_cli_wait (&result));
}

static TernCliStatus
account_add (TernCli *cli, int argc, char **argv)
{
  g_autofree char *email = NULL;
  g_autofree char *name = NULL;
  g_autofree char *user = NULL;
  g_autofree char *security_name = NULL;
  g_autofree char *trust = NULL;
  g_auto (GStrv) servers = NULL;
  g_autofree char *provider = NULL;
  gboolean password_stdin = FALSE;
  gboolean by_device = FALSE;
  const GOptionEntry options[] = {
    { "email", 0, 0, G_OPTION_ARG_STRING, &email, N_ ("The account’s address"), N_ ("ADDRESS") },
    { "name", 0, 0, G_OPTION_ARG_STRING, &name, N_ ("Your name"), N_ ("NAME") },
    { "imap", 0, 0, G_OPTION_ARG_STRING_ARRAY, &servers,
      N_ ("Where the mail is; given again, the servers are raced"), N_ ("HOST:PORT") },
    { "security", 0, 0, G_OPTION_ARG_STRING, &security_name,
      N_ ("tls (the default), starttls or none"), N_ ("KIND") },
    { "user", 0, 0, G_OPTION_ARG_STRING, &user, N_ ("User name, where it is not the address"),
      N_ ("USER") },
    { "password-stdin", 0, 0, G_OPTION_ARG_NONE, &password_stdin,
      N_ ("Read the password from standard input"), NULL },
    { "oauth", 0, 0, G_OPTION_ARG_STRING, &provider,
      N_ ("Sign in with this provider in the browser: outlook, google, yahoo, fastmail, or your "
          "own"),
      N_ ("PROVIDER") },
    { "device", 0, 0, G_OPTION_ARG_NONE, &by_device,
      N_ ("Give a code to type in on any device, instead of a browser here"), NULL },
    { "trust", 0, 0, G_OPTION_ARG_STRING, &trust,
      N_ ("Trust the certificate with this SHA-256 fingerprint"), N_ ("FINGERPRINT") },
    { 0 },
  };
  TernSecurity security = TERN_SECURITY_TLS;
  g_autoptr (GPtrArray) endpoints = NULL;
  g_autoptr (TernAccount) account = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *fingerprint = NULL;
  char *password;
  TernCliStatus status;

  if (!tern_cli_parse (cli, "add", options, &argc, &argv, 0, 0))
    return TERN_CLI_USAGE;
  if (email == NULL || (provider != NULL) == password_stdin || (password_stdin && servers == NULL))
    return tern_cli_complain (
        _ ("An account needs --email, and either --imap and --password-stdin or --oauth"));
  if (security_name != NULL && !tern_security_from_string (security_name, &security))
    return tern_cli_complain (_ ("--security takes tls, starttls or none"));
  if ((endpoints = parse_endpoints (servers, security, &error)) == NULL ||
      (trust != NULL && (fingerprint = normalize_fingerprint (trust, &error)) == NULL))
    return tern_cli_complain ("%s", error->message);
  account = tern_account_new (0, NULL, email, name, user, endpoints);
  account->provider = g_strdup (provider);
  if (provider != NULL)
    return sign_in_account (cli, g_steal_pointer (&account), by_device, fingerprint);
  if (!tern_account_validate (account, &error) || (password = read_password (&error)) == NULL)
    return tern_cli_complain ("%s", error->message);

  status = keep_account (cli, account, password, fingerprint);
  explicit_bzero (password, strlen (password));
  g_free (password);
  return status;
}

static void
write_tags (TernJsonWriter *writer, const TernAccount *account)
{
  g_auto (GStrv) tags = g_strsplit (account->tags != NULL ? account->tags : "", "\n", -1);

  tern_json_writer_key (writer, "tags");
  tern_json_writer_begin_array (writer);
  for (guint i = 0; tags[i] != NULL; i++)
    tern_json_writer_string (writer, tags[i]);
  tern_json_writer_end_array (writer);
}

static TernCliStatus
account_list (TernCli *cli, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) accounts = NULL;
  g_autoptr (TernJsonWriter) writer = tern_json_writer_new ();

  if (!tern_cli_parse (cli, "list", NULL, &argc, &argv, 0, 0))
    return TERN_CLI_USAGE;
  accounts = tern_engine_read_accounts (cli->engine, &error);
  if (accounts == NULL)
    return tern_cli_fail (error);

  tern_json_writer_begin_array (writer);
  for (guint i = 0; i < accounts->len; i++)
    {
      const TernAccount *account = g_ptr_array_index (accounts, i);

      if (!cli->json)
        printf ("%" G_GINT64_FORMAT "\t%s\t%s\t", account->id, account->email,
                account->provider != NULL ? account->provider : "-");
      tern_json_writer_begin_object (writer);
      tern_json_writer_key (writer, "id");
      tern_json_writer_int (writer, account->id);
      tern_json_writer_key (writer, "email");
      tern_json_writer_string (writer, account->email);
      tern_json_writer_key (writer, "user");
      tern_json_writer_string (writer, account->user);
      tern_json_writer_key (writer, "provider");
      tern_json_writer_string (writer, account->provider);
      tern_json_writer_key (writer, "group");
      tern_json_writer_string (writer, account->group);
      write_tags (writer, account);
      tern_json_writer_key (writer, "notify");
      tern_json_writer_boolean (writer, account->notify);
      tern_json_writer_key (writer, "imap");
      tern_json_writer_begin_array (writer);
      for (guint k = 0; k < account->imap->len; k++)
        {
          const TernEndpoint *endpoint = g_ptr_array_index (account->imap, k);
          g_autofree char *text = tern_endpoint_to_string (endpoint);

          if (!cli->json)
            printf ("%s%s (%s)", k > 0 ? ", " : "", text,
                    tern_security_to_string (endpoint->security));
          tern_json_writer_string (writer, text);
        }
      tern_json_writer_end_array (writer);
      tern_json_writer_end_object (writer);
      if (!cli->json)
        putchar ('\n');
    }
  tern_json_writer_end_array (writer);
  if (cli->json)
    tern_cli_print_json (writer);
  return TERN_CLI_DONE;
}

static TernCliStatus
account_remove (TernCli *cli, int argc, char **argv)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TernAccount) account = NULL;
  g_autoptr (GError) error = NULL;

  if (!tern_cli_parse (cli, "remove ACCOUNT", NULL, &argc, &argv, 1, 1))
    return TERN_CLI_USAGE;
  account = tern_cli_find_account (cli, argv[1], &error);
  if (account == NULL)
    return tern_cli_fail (error);
  tern_engine_remove_account_async (cli->engine, account->id, NULL, tern_cli_done_cb, &result);
  if (!tern_engine_remove_account_finish (cli->engine, tern_cli_wait (&result), &error))
    return tern_cli_fail (error);
  return TERN_CLI_DONE;
}

/**
 * tern_cli_account:
 * @cli: the program
 * @argc: number of words
 * @argv: the command's name, then what to do with accounts and the words of that
 *
 * Does what concerns accounts.
 *
 * Returns: the exit status
 */
TernCliStatus
tern_cli_account (TernCli *cli, int argc, char **argv)
{
  static const struct
  {
    const char *name;
    TernCliFunc func;
  } verbs[] = {
    { "add", account_add },
    { "check", tern_cli_account_check },
    { "group", tern_cli_account_group },
    { "import", tern_cli_account_import },
    { "list", account_list },
    { "notify", tern_cli_account_notify },
    { "remove", account_remove },
    { "sign-in", tern_cli_account_sign_in },
    { "tag", tern_cli_account_tag },
    { "untag", tern_cli_account_tag },
  };

  for (guint i = 0; argc >= 2 && i < G_N_ELEMENTS (verbs); i++)
    if (strcmp (argv[1], verbs[i].name) == 0)
      return verbs[i].func (cli, argc - 1, argv + 1);
  return tern_cli_complain (_ ("Use it like this: tern-cli account "
                               "add|check|group|import|list|notify|remove|sign-in|tag|untag …"));
}

static const char *
outcome_name (TernRouteOutcome outcome)
{
  switch (outcome)
    {
    case TERN_ROUTE_WON:
      return "won";
    case TERN_ROUTE_LOST:
      return "lost";
    case TERN_ROUTE_FAILED:
    default:
      return "failed";
    }
}

typedef struct
{
  const char *name;
  const char *key;
  gint64 time; /* µs; negative where the step was not reached */
} Step;

/* How long each step took that the way came to. What follows the last of them was the greeting. */
static void
list_steps (const TernRouteEntry *entry, Step steps[4])
{
  const gint64 ends[4] = { entry->resolved, entry->connected, entry->secured,
                           entry->outcome == TERN_ROUTE_WON ? entry->ended : 0 };
  gint64 from = entry->started;

  steps[0] = (Step){ "resolve", "resolve_ms", -1 };
  steps[1] = (Step){ "connect", "connect_ms", -1 };
  steps[2] = (Step){ "TLS", "tls_ms", -1 };
  steps[3] = (Step){ "greeting", "greeting_ms", -1 };
  for (guint i = 0; i < 4; i++)
    if (ends[i] > 0)
      {
        steps[i].time = MAX (ends[i] - from, 0);
        from = ends[i];
      }
}

static void
print_entry (const TernRouteEntry *entry, const char *endpoint)
{
  Step steps[4];

  list_steps (entry, steps);
  printf ("%8.1f ms  %8.1f ms  %-6s  %s  %s", (double) entry->started / 1000.0,
          (double) entry->ended / 1000.0, outcome_name (entry->outcome), endpoint,
          entry->address != NULL ? entry->address : "-");
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (steps[i].time >= 0)
      printf ("  %s %.1f ms", steps[i].name, (double) steps[i].time / 1000.0);
  printf ("  %s\n", entry->error != NULL ? entry->error->message : "");
}

static void
write_entry (TernJsonWriter *writer, const TernRouteEntry *entry, const char *endpoint)
{
  Step steps[4];

  list_steps (entry, steps);
  tern_json_writer_begin_object (writer);
  tern_json_writer_key (writer, "endpoint");
  tern_json_writer_string (writer, endpoint);
  tern_json_writer_key (writer, "address");
  tern_json_writer_string (writer, entry->address);
  tern_json_writer_key (writer, "outcome");
  tern_json_writer_string (writer, outcome_name (entry->outcome));
  tern_json_writer_key (writer, "started_ms");
  tern_json_writer_double (writer, (double) entry->started / 1000.0);
  tern_json_writer_key (writer, "ended_ms");
  tern_json_writer_double (writer, (double) entry->ended / 1000.0);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      tern_json_writer_key (writer, steps[i].key);
      if (steps[i].time >= 0)
        tern_json_writer_double (writer, (double) steps[i].time / 1000.0);
      else
        tern_json_writer_string (writer, NULL);
    }
  tern_json_writer_key (writer, "error");
  tern_json_writer_string (writer, entry->error != NULL ? entry->error->message : NULL);
  tern_json_writer_end_object (writer);
}

static void
print_route (TernCli *cli, const TernRoute *route, gboolean signed_in)
{
  g_autoptr (TernJsonWriter) writer = tern_json_writer_new ();

  tern_json_writer_begin_object (writer);
  tern_json_writer_key (writer, "channel");
  tern_json_writer_string (writer, route->channel);
  tern_json_writer_key (writer, "scopes");
  tern_json_writer_string (writer, route->scopes);
  tern_json_writer_key (writer, "passed_over");
  tern_json_writer_string (writer, route->passed_over);
  tern_json_writer_key (writer, "signed_in");
  tern_json_writer_boolean (writer, signed_in);
  tern_json_writer_key (writer, "endpoints");
  tern_json_writer_begin_array (writer);
  for (guint i = 0; i < route->entries->len; i++)
    {
      const TernRouteEntry *entry = g_ptr_array_index (route->entries, i);
      g_autofree char *endpoint = tern_endpoint_to_string (entry->endpoint);

      if (!cli->json)
        print_entry (entry, endpoint);
      write_entry (writer, entry, endpoint);
    }
  tern_json_writer_end_array (writer);
  tern_json_writer_end_object (writer);
  if (cli->json)
    tern_cli_print_json (writer);
  else if (route->scopes != NULL)
    /* Translators: names of permissions that a provider of mail gave. */
    printf (_ ("Allowed: %s\n"), route->scopes);
  if (!cli->json && signed_in && route->passed_over != NULL)
    /* Translators: %s are protocols, each with why the mail does not come by it. */
    printf (_ ("Passed over: %s\n"), route->passed_over);
  if (!cli->json && signed_in)
    /* Translators: %s is a protocol, such as imap. */
    printf (_ ("Mail comes by %s.\n"), route->channel);
}

/**
 * tern_cli_probe:
 * @cli: the program
 * @argc: number of words
 * @argv: the command's name and ACCOUNT
 *
 * Races an account's endpoints, signs in, and prints the timeline and the channel chosen.
 *
 * Returns: the exit status
 */
TernCliStatus
tern_cli_probe (TernCli *cli, int argc, char **argv)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TernAccount) account = NULL;
  g_autoptr (TernRoute) route = NULL;
  g_autoptr (GError) error = NULL;
  gboolean signed_in;

  if (!tern_cli_parse (cli, "ACCOUNT", NULL, &argc, &argv, 1, 1))
    return TERN_CLI_USAGE;
  account = tern_cli_find_account (cli, argv[1], &error);
  if (account == NULL)
    return tern_cli_fail (error);
  tern_engine_probe_async (cli->engine, account->id, NULL, tern_cli_done_cb, &result);
  signed_in = tern_engine_probe_finish (cli->engine, tern_cli_wait (&result), &route, &error);
  if (route != NULL)
    print_route (cli, route, signed_in);
  return signed_in ? TERN_CLI_DONE : tern_cli_fail (error);
}
