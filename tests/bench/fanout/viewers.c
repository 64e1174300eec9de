/*
 * Thousands of viewers in one process that does nothing but read and count.
 *
 *     viewers PORT ASK REQUEST...
 *
 * ASK is the descriptor through which the server is asked for frames, one byte a frame. A REQUEST
 * is what a viewer says once it is connected. It obeys the lines of its standard input and answers
 * each with one line:
 *
 *     join COUNT REQUEST BYTES READING
 *         COUNT more viewers, whose frames take BYTES each. READING: `all`, `none`, or `drops` for
 *         a byte a second. One that reads all has joined when the text "caught-up" has come; the
 *         others have when they have asked.
 *         -> SECONDS PROCESSOR
 *     publish SECONDS FLIGHT STEP
 *         Keep up to FLIGHT frames in flight and ask for STEP of them at once: the next when the
 *         last of those who read all has the oldest.
 *     pace SECONDS RATE
 *         Ask for RATE frames a second, whatever is in flight.
 *         -> FRAMES SECONDS PROCESSOR MICROSECONDS...
 *            the last are from asking for a frame to the last viewer's having it, for each frame
 *
 * SECONDS are on the clock, PROCESSOR seconds are this process's own.
 */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    MOST_VIEWERS = 65536,
    MOST_FRAMES = 1 << 20, /* over all runs of one process */
    EVENTS = 512,
    WINDOW = 256, /* viewers that are joining at a time: fewer than any server's backlog */
    TAIL = 16,
    LAST = 256, /* where in what comes the end of joining is looked for */
    NARROW = 4096,
    PATIENCE = 60, /* seconds in which something must happen */
};

static const char CAUGHT_UP[] = "caught-up";

enum reading { ALL, NONE, DROPS };

struct viewer {
    int descriptor;
    enum reading reading;
    int joined;
    long frame_bytes;
    long bytes; /* since it joined */
    long frames;
    char tail[TAIL];
};

static struct viewer viewers[MOST_VIEWERS];
static int size, readers, present;
static int missing[MOST_FRAMES]; /* readers that do not have the frame yet */
static double asked_at[MOST_FRAMES];
static long took[MOST_FRAMES];
static long asked, complete;
static int epoll, ask_to, port, requests;
static char **request;
static char scratch[1 << 18];
static double last_drop;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static double now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

static double processor(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6;
}

static void enter(const char *says, long frame_bytes, enum reading reading) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int narrow = NARROW;
    /* Closed with a reset, so that its port is free for the next run at once. */
    const struct linger at_once = {.l_onoff = 1};
    struct viewer *viewer = &viewers[size];
    int made = socket(AF_INET, SOCK_STREAM, 0);
    if (made < 0) fail("viewers: socket");
    if (reading != ALL) setsockopt(made, SOL_SOCKET, SO_RCVBUF, &narrow, sizeof narrow);
    setsockopt(made, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    if (connect(made, (struct sockaddr *)&address, sizeof address) < 0) fail("viewers: connect");
    if (send(made, says, strlen(says), 0) < 0) fail("viewers: send");
    fcntl(made, F_SETFL, O_NONBLOCK);
    *viewer = (struct viewer){
        .descriptor = made, .reading = reading, .frame_bytes = frame_bytes, .joined = reading != ALL};
    size++;
    if (reading == ALL) {
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (unsigned)(size - 1)};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, made, &event) < 0) fail("viewers: epoll_ctl");
        readers++;
    }
}

/* The marker may come in two halves, so the end of what came before is kept. */
static void look_for_the_end(struct viewer *viewer, const char *data, long count) {
    char late[TAIL + LAST];
    long fresh = count < LAST ? count : LAST;
    memcpy(late, viewer->tail, TAIL);
    memcpy(late + TAIL, data + count - fresh, (size_t)fresh);
    memcpy(viewer->tail, late + fresh, TAIL);
    if (memmem(late, (size_t)(TAIL + fresh), CAUGHT_UP, sizeof CAUGHT_UP - 1)) {
        viewer->joined = 1;
        present++;
    }
}

static void count_frames(struct viewer *viewer, long count) {
    viewer->bytes += count;
    long frames = viewer->bytes / viewer->frame_bytes;
    for (; viewer->frames < frames; viewer->frames++) {
        long frame = viewer->frames;
        if (frame >= asked) {
            fputs("viewers: a frame that nobody asked for\n", stderr);
            exit(1);
        }
        if (!--missing[frame]) {
            took[frame] = (long)((now() - asked_at[frame]) * 1e6);
            complete++;
        }
    }
}

static void hear(struct viewer *viewer) {
    ssize_t count = read(viewer->descriptor, scratch, sizeof scratch);
    if (count <= 0) {
        if (count < 0 && errno == EAGAIN) return;
        fputs("viewers: the server dropped a viewer that reads\n", stderr);
        exit(1);
    }
    if (viewer->joined)
        count_frames(viewer, count);
    else
        look_for_the_end(viewer, scratch, count);
}

static void drop_by_drop(void) {
    char drop;
    if (now() - last_drop < 1) return;
    last_drop = now();
    for (int at = 0; at < size; at++)
        if (viewers[at].reading == DROPS && read(viewers[at].descriptor, &drop, 1) <= 0 &&
            errno != EAGAIN)
            viewers[at].reading = NONE; /* closed by the server */
}

static void look_around(int milliseconds) {
    static struct epoll_event events[EVENTS];
    static double quiet_since;
    int ready = epoll_wait(epoll, events, EVENTS, milliseconds);
    if (ready < 0 && errno != EINTR) fail("viewers: epoll_wait");
    for (int at = 0; at < ready; at++) hear(&viewers[events[at].data.u32]);
    drop_by_drop();
    if (ready > 0 || !quiet_since) quiet_since = now();
    if (now() - quiet_since > PATIENCE) {
        fputs("viewers: the server has gone silent\n", stderr);
        exit(1);
    }
}

static void ask(long frames) {
    char bytes[4096];
    if (frames > (long)sizeof bytes || asked + frames > MOST_FRAMES) {
        fputs("viewers: too many frames\n", stderr);
        exit(1);
    }
    memset(bytes, '.', (size_t)frames);
    for (long each = 0; each < frames; each++, asked++) {
        missing[asked] = readers;
        asked_at[asked] = now();
    }
    if (write(ask_to, bytes, (size_t)frames) != frames) fail("viewers: ask");
}

static void report(long first, double start, double used) {
    double end = now();
    printf("%ld %.6f %.6f", complete - first, end - start, processor() - used);
    for (long frame = first; frame < complete; frame++) printf(" %ld", took[frame]);
    putchar('\n');
}

static void join(int count, int which, long frame_bytes, enum reading reading) {
    double start = now(), used = processor();
    int whole = size + count;
    if (whole > MOST_VIEWERS || which >= requests) exit(2);
    if (reading != ALL) {
        while (size < whole) enter(request[which], frame_bytes, reading);
    } else {
        int wanted = present + count, first = present;
        while (present < wanted) {
            int arriving = count - (whole - size) - (present - first);
            for (; size < whole && arriving < WINDOW; arriving++)
                enter(request[which], frame_bytes, reading);
            look_around(1000);
        }
    }
    printf("%.6f %.6f\n", now() - start, processor() - used);
}

static void publish(double seconds, long flight, long step) {
    long first = complete;
    double start = now(), used = processor();
    do {
        while (now() - start < seconds && asked - complete <= flight - step) ask(step);
        look_around(1000);
    } while (complete < asked);
    report(first, start, used);
}

static void pace(double seconds, double rate) {
    long first = complete, due;
    double start = now(), used = processor();
    do {
        double since = now() - start;
        due = first + (long)((since < seconds ? since : seconds) * rate);
        if (due > asked) ask(due - asked);
        look_around(1);
    } while (now() - start < seconds || complete < asked);
    report(first, start, used);
}

int main(int count, char **arguments) {
    char line[256], how[16];
    double seconds, rate;
    long flight, step, bytes;
    int more, which;
    if (count < 4) return 2;
    port = atoi(arguments[1]);
    ask_to = atoi(arguments[2]);
    request = arguments + 3;
    requests = count - 3;
    epoll = epoll_create1(0);
    for (;;) {
        /* Those who read in drops go on between two commands. */
        struct pollfd command = {.fd = STDIN_FILENO, .events = POLLIN};
        while (poll(&command, 1, 1000) == 0) drop_by_drop();
        if (!fgets(line, sizeof line, stdin)) return 0;
        if (sscanf(line, "join %d %d %ld %15s", &more, &which, &bytes, how) == 4)
            join(more, which, bytes, *how == 'a' ? ALL : *how == 'n' ? NONE : DROPS);
        else if (sscanf(line, "publish %lf %ld %ld", &seconds, &flight, &step) == 3)
            publish(seconds, flight, step);
        else if (sscanf(line, "pace %lf %lf", &seconds, &rate) == 2)
            pace(seconds, rate);
        else
            return 2;
        fflush(stdout);
    }
}
