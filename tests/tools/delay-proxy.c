/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A TCP proxy on loopback that makes a line long and narrow, and counts what a client does on it.
 *
 *   tern-delay-proxy [--listen PORT] --to HOST:PORT [--delay MS] [--rate KBYTES/S] [--log FILE]
 *
 * Its first line on stdout is "port N". SIGTERM and SIGINT end it.
 *
 * The line. What is read at a moment is passed on MS milliseconds later (one way; the round trip is
 * twice that), after it has waited its turn at the rate, which all connections share, each
 * direction for itself. The kernel accepts a client at once, while on a real line the client would
 * know of it one round trip later; so what the client sends within that round trip counts as sent
 * at its end, and the server is connected when the client's third packet would arrive, after three
 * times MS. A greeting is then seen two round trips after the client's connect(), as it would be.
 * Loss, jitter and TCP's slow start are not modelled.
 *
 * The log has one JSON object a line: the moment in µs of CLOCK_MONOTONIC, "open", "flight",
 * "report" or "close", the connection's number and its counts so far. SIGUSR1 asks for a "report"
 * on every open connection, and so does the end. A flight is client data after server data. The
 * depth is the length of the longest chain in which each waited for the other: client data is one
 * deeper than the deepest server data that had reached the client, server data as deep as the
 * deepest client data that had reached the server. Commands that are sent without waiting share one
 * depth; the greeting has depth 0.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_SIZE 65536
#define WINDOW (8 << 20) /* bytes held a direction, before the sender has to wait */
#define FOREVER G_MAXINT64

typedef struct
{
  gint64 due;
  guint depth;
  gsize offset;
  gsize length;
  guint8 data[];
} Chunk;

typedef struct
{
  GQueue chunks;
  gsize held;
  guint64 passed;
  guint depth;    /* the greatest that was delivered */
  gint64 end_due; /* when the sender's end arrives; FOREVER while it sends */
  gboolean full;  /* the receiver takes no more for now */
  gboolean ended; /* the end was passed on */
} Way;

typedef struct
{
  guint number;
  int client;
  int server; /* -1 before its time */
  gboolean connected;
  gint64 opened;
  guint flights;
  gboolean answered; /* the client got something since its last flight */
  Way up;            /* to the server */
  Way down;          /* to the client */
} Connection;

static struct
{
  struct sockaddr_storage to;
  socklen_t to_length;
  gint64 delay; /* µs, one way */
  double rate;  /* bytes a µs; 0 for no bound */
  gsize read_size;
  double link_free[2]; /* when the line is free again, up and down */
  FILE *log;
  GPtrArray *connections;
  guint n_connections;
} proxy;

static void
write_log (const Connection *self, const char *event)
{
  if (proxy.log == NULL)
    return;
  fprintf (proxy.log,
           "{\"t\":%" G_GINT64_FORMAT
           ",\"ev\":\"%s\",\"connection\":%u,\"to_server\":%" G_GUINT64_FORMAT
           ",\"to_client\":%" G_GUINT64_FORMAT ",\"flights\":%u,\"depth\":%u}\n",
           g_get_monotonic_time (), event, self->number, self->up.passed, self->down.passed,
           self->flights, MAX (self->up.depth, self->down.depth));
  fflush (proxy.log);
}

static void
way_clear (Way *way)
{
  g_queue_clear_full (&way->chunks, g_free);
}

static void
connection_free (gpointer data)
{
  Connection *self = data;

  write_log (self, "close");
  close (self->client);
  if (self->server >= 0)
    close (self->server);
  way_clear (&self->up);
  way_clear (&self->down);
  g_free (self);
}

static void
accept_client (int listener)
{
  int client = accept4 (listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  Connection *self;

  if (client < 0)
    return;
  setsockopt (client, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof (int));
  self = g_new0 (Connection, 1);
  self->number = ++proxy.n_connections;
  self->client = client;
  self->server = -1;
  self->opened = g_get_monotonic_time ();
  self->answered = TRUE;
  self->up.end_due = self->down.end_due = FOREVER;
  g_queue_init (&self->up.chunks);
  g_queue_init (&self->down.chunks);
  g_ptr_array_add (proxy.connections, self);
  write_log (self, "open");
}

static gboolean
connect_server (Connection *self)
{
  self->server = socket (proxy.to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (self->server < 0)
    return FALSE;
  setsockopt (self->server, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof (int));
  return connect (self->server, (struct sockaddr *) &proxy.to, proxy.to_length) == 0 ||
         errno == EINPROGRESS;
}

/* When something that is sent now arrives at the other end. */
static gint64
arrival (const Connection *self, gboolean up, gsize length)
{
  gint64 now = g_get_monotonic_time ();
  double *link_free = &proxy.link_free[up ? 0 : 1];

  if (up)
    now = MAX (now, self->opened + 2 * proxy.delay);
  if (proxy.rate > 0)
    {
      *link_free = MAX (*link_free, (double) now) + (double) length / proxy.rate;
      now = (gint64) *link_free;
    }
  return now + proxy.delay;
}

/* FALSE when the connection is broken. */
static gboolean
take (Connection *self, gboolean up)
{
  Way *way = up ? &self->up : &self->down;
  gsize size = proxy.read_size;
  Chunk *chunk = g_malloc (sizeof (Chunk) + size);
  gssize n = read (up ? self->client : self->server, chunk->data, size);

  if (n <= 0)
    {
      gboolean again = n < 0 && (errno == EAGAIN || errno == EINTR);

      g_free (chunk);
      if (n == 0)
        way->end_due = arrival (self, up, 0);
      return n == 0 || again;
    }
  chunk = g_realloc (chunk, sizeof (Chunk) + (gsize) n);
  chunk->due = arrival (self, up, (gsize) n);
  chunk->offset = 0;
  chunk->length = (gsize) n;
  chunk->depth = up ? self->down.depth + 1 : self->up.depth;
  way->held += (gsize) n;
  g_queue_push_tail (&way->chunks, chunk);
  if (up && self->answered)
    {
      self->flights++;
      self->answered = FALSE;
      write_log (self, "flight");
    }
  return TRUE;
}

/* Passes on what has arrived; FALSE when the connection is broken. */
static gboolean
give (Connection *self, gboolean up, gint64 now)
{
  Way *way = up ? &self->up : &self->down;
  int to = up ? self->server : self->client;
  Chunk *chunk;

  while ((chunk = g_queue_peek_head (&way->chunks)) != NULL && chunk->due <= now)
    {
      gssize n =
          send (to, chunk->data + chunk->offset, chunk->length - chunk->offset, MSG_NOSIGNAL);

      way->full = n < 0 && errno == EAGAIN;
      if (n < 0)
        return way->full || errno == EINTR;
      chunk->offset += (gsize) n;
      way->held -= (gsize) n;
      way->passed += (guint64) n;
      way->depth = MAX (way->depth, chunk->depth);
      if (!up)
        self->answered = TRUE;
      if (chunk->offset == chunk->length)
        g_free (g_queue_pop_head (&way->chunks));
    }
  if (chunk == NULL && way->end_due <= now && !way->ended)
    {
      way->ended = TRUE;
      shutdown (to, SHUT_WR);
    }
  return TRUE;
}

static gint64
way_next (const Way *way)
{
  const Chunk *chunk = g_queue_peek_head ((GQueue *) &way->chunks);

  if (way->full || way->ended)
    return FOREVER;
  return chunk != NULL ? chunk->due : way->end_due;
}

/* When the connection next has something to do of itself. */
static gint64
connection_next (const Connection *self)
{
  if (self->server < 0)
    return self->opened + 3 * proxy.delay;
  return MIN (self->connected ? way_next (&self->up) : FOREVER, way_next (&self->down));
}

static short
wanted (const Way *in, const Way *out)
{
  short events = 0;

  if (in->end_due == FOREVER && in->held < WINDOW)
    events |= POLLIN;
  if (out->full)
    events |= POLLOUT;
  return events;
}

/* FALSE when the connection is over. */
static gboolean
serve (Connection *self, short client, short server, gint64 now)
{
  if (self->server < 0)
    {
      if (now >= self->opened + 3 * proxy.delay && !connect_server (self))
        return FALSE;
    }
  else if (!self->connected && server != 0)
    {
      int error = 0;
      socklen_t length = sizeof error;

      getsockopt (self->server, SOL_SOCKET, SO_ERROR, &error, &length);
      if (error != 0)
        return FALSE;
      self->connected = TRUE;
    }
  if ((client & (POLLIN | POLLHUP | POLLERR)) && self->up.end_due == FOREVER && !take (self, TRUE))
    return FALSE;
  if (!self->connected)
    return TRUE;
  if ((server & (POLLIN | POLLHUP | POLLERR)) && self->down.end_due == FOREVER &&
      !take (self, FALSE))
    return FALSE;
  /* Without a delay it goes on in the same round. */
  now = g_get_monotonic_time ();
  return give (self, TRUE, now) && give (self, FALSE, now) && !(self->up.ended && self->down.ended);
}

static gint64
fill (GArray *fds)
{
  gint64 next = FOREVER;

  for (guint i = 0; i < proxy.connections->len; i++)
    {
      Connection *self = g_ptr_array_index (proxy.connections, i);
      struct pollfd client = { self->client, wanted (&self->up, &self->down), 0 };
      struct pollfd server = { self->server, POLLOUT, 0 };

      if (self->connected)
        server.events = wanted (&self->down, &self->up);
      /* A peer that has gone would wake the poll up again and again. */
      if (client.events == 0)
        client.fd = -1;
      if (server.events == 0)
        server.fd = -1;
      g_array_append_val (fds, client);
      g_array_append_val (fds, server);
      next = MIN (next, connection_next (self));
    }
  return next;
}

/* TRUE when it is time to end. */
static gboolean
take_signal (int signals)
{
  struct signalfd_siginfo info;

  if (read (signals, &info, sizeof info) != sizeof info)
    return FALSE;
  for (guint i = 0; i < proxy.connections->len; i++)
    write_log (g_ptr_array_index (proxy.connections, i), "report");
  return info.ssi_signo != SIGUSR1;
}

static void
run (int listener, int signals)
{
  g_autoptr (GArray) fds = g_array_new (FALSE, FALSE, sizeof (struct pollfd));

  for (;;)
    {
      struct pollfd first[] = { { signals, POLLIN, 0 }, { listener, POLLIN, 0 } };
      struct pollfd *polled;
      struct timespec timeout = { 0, 0 };
      gint64 next, now;

      g_array_set_size (fds, 0);
      g_array_append_vals (fds, first, G_N_ELEMENTS (first));
      next = fill (fds);
      now = g_get_monotonic_time ();
      if (next > now && next != FOREVER)
        {
          timeout.tv_sec = (next - now) / G_USEC_PER_SEC;
          timeout.tv_nsec = (next - now) % G_USEC_PER_SEC * 1000;
        }
      polled = (struct pollfd *) (gpointer) fds->data;
      if (ppoll (polled, fds->len, next == FOREVER ? NULL : &timeout, NULL) < 0)
        continue;
      if (polled[0].revents != 0 && take_signal (signals))
        return;

      now = g_get_monotonic_time ();
      for (guint i = proxy.connections->len; i > 0; i--)
        {
          Connection *self = g_ptr_array_index (proxy.connections, i - 1);

          if (!serve (self, polled[2 * i].revents, polled[2 * i + 1].revents, now))
            g_ptr_array_remove_index (proxy.connections, i - 1);
        }
      if (polled[1].revents != 0)
        accept_client (listener);
    }
}

/* (nullable): what @host_port is, looked up once */
static gboolean
resolve (const char *host_port, GError **error)
{
  g_autoptr (GSocketConnectable) name = g_network_address_parse (host_port, 0, error);
  g_autoptr (GSocketAddressEnumerator) addresses = NULL;
  g_autoptr (GSocketAddress) address = NULL;

  if (name == NULL)
    return FALSE;
  addresses = g_socket_connectable_enumerate (name);
  address = g_socket_address_enumerator_next (addresses, NULL, error);
  if (address == NULL)
    return FALSE;
  proxy.to_length = (socklen_t) g_socket_address_get_native_size (address);
  return g_socket_address_to_native (address, &proxy.to, sizeof proxy.to, error);
}

static int
open_listener (int port)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons ((guint16) port),
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  setsockopt (listener, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof (int));
  if (listener < 0 || bind (listener, (struct sockaddr *) &address, length) != 0 ||
      listen (listener, SOMAXCONN) != 0 ||
      getsockname (listener, (struct sockaddr *) &address, &length) != 0)
    {
      g_printerr ("Cannot listen on port %d: %s\n", port, g_strerror (errno));
      return -1;
    }
  printf ("port %u\n", ntohs (address.sin_port));
  fflush (stdout);
  return listener;
}

int
main (int argc, char *argv[])
{
  int port = 0, rate = 0, listener, signals;
  double delay = 0;
  g_autofree char *to = NULL;
  g_autofree char *log = NULL;
  GOptionEntry options[] = {
    { "listen", 0, 0, G_OPTION_ARG_INT, &port, "Listen on this port of 127.0.0.1", "PORT" },
    { "to", 0, 0, G_OPTION_ARG_STRING, &to, "Pass on to this server", "HOST:PORT" },
    { "delay", 0, 0, G_OPTION_ARG_DOUBLE, &delay, "Delay each way", "MS" },
    { "rate", 0, 0, G_OPTION_ARG_INT, &rate, "Pass on no more than this, each way", "KBYTES/S" },
    { "log", 0, 0, G_OPTION_ARG_FILENAME, &log, "Write the counts to this file", "FILE" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  sigset_t set;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc > 1 || to == NULL ||
      port < 0 || port > G_MAXUINT16 || delay < 0 || delay > 60000 || rate < 0)
    {
      g_printerr ("%s\n",
                  error != NULL ? error->message : "Usage: tern-delay-proxy --to HOST:PORT …");
      return 2;
    }
  if (!resolve (to, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  proxy.delay = (gint64) (delay * 1000);
  proxy.rate = (double) rate * 1024 / G_USEC_PER_SEC;
  /* On a narrow line small pieces, so that data trickles as it would. */
  proxy.read_size = rate > 0 ? (gsize) CLAMP (proxy.rate * 5000, 1460, READ_SIZE) : READ_SIZE;
  proxy.connections = g_ptr_array_new_with_free_func (connection_free);
  if (log != NULL && (proxy.log = fopen (log, "ae")) == NULL)
    {
      g_printerr ("%s: %s\n", log, g_strerror (errno));
      return 1;
    }

  sigemptyset (&set);
  sigaddset (&set, SIGINT);
  sigaddset (&set, SIGTERM);
  sigaddset (&set, SIGUSR1);
  sigprocmask (SIG_BLOCK, &set, NULL);
  signals = signalfd (-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  listener = open_listener (port);
  if (signals < 0 || listener < 0)
    return 1;

  run (listener, signals);
  g_ptr_array_unref (proxy.connections);
  g_clear_pointer (&proxy.log, fclose);
  close (listener);
  close (signals);
  return 0;
}
