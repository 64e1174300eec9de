/*
 * The kernel's floor: a loop of send(), and nothing that a feed needs besides.
 *
 *     floor JOINING FRAME
 *
 * Two files: what a viewer is sent when it has asked, and a frame. Prints its port, then sends the
 * frame to everyone once for each byte of its standard input. It never holds anything back: a
 * viewer whose buffers are full is one that it gives up on, with a word.
 */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST_VIEWERS = 65536, MOST_BYTES = 1 << 20, EVENTS = 256, BACKLOG = 4096 };

struct text {
    char bytes[MOST_BYTES];
    size_t size;
};

static struct text joining, frame;
static int viewers[MOST_VIEWERS]; /* descriptors, in no order */
static int place[MOST_VIEWERS];   /* of a descriptor among the viewers, plus one */
static int present;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void load(struct text *text, const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) fail(path);
    text->size = fread(text->bytes, 1, MOST_BYTES, file);
    fclose(file);
}

static int tell(int viewer, const struct text *text) {
    ssize_t sent = send(viewer, text->bytes, text->size, MSG_NOSIGNAL);
    if (sent == (ssize_t)text->size) return 1;
    if (sent >= 0 || errno == EAGAIN) fputs("floor: a viewer's buffers are full\n", stderr);
    return 0;
}

static void leave(int viewer) {
    if (place[viewer]) {
        int last = viewers[--present];
        viewers[place[viewer] - 1] = last;
        place[last] = place[viewer];
        place[viewer] = 0;
    }
    close(viewer);
}

static void watch(int epoll, int descriptor) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) < 0) fail("epoll_ctl");
}

static int listening(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) < 0 ||
        listen(listener, BACKLOG) < 0)
        fail("listen");
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

static void admit(int epoll, int listener) {
    const int on = 1;
    for (;;) {
        int viewer = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        if (viewer < 0) {
            if (errno != EAGAIN) perror("floor: accept");
            return;
        }
        if (viewer >= MOST_VIEWERS) {
            close(viewer);
            continue;
        }
        setsockopt(viewer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(epoll, viewer);
    }
}

static void hear(int viewer) {
    char request[4096];
    if (read(viewer, request, sizeof request) <= 0 || !tell(viewer, &joining)) {
        leave(viewer);
    } else if (!place[viewer]) {
        viewers[present++] = viewer;
        place[viewer] = present;
    }
}

static void publish(void) {
    /* Backwards, since one that leaves is replaced by the last. */
    for (int at = present - 1; at >= 0; at--)
        if (!tell(viewers[at], &frame)) leave(viewers[at]);
}

int main(int count, char **arguments) {
    struct epoll_event events[EVENTS];
    char asked[64];
    if (count != 3) return 2;
    load(&joining, arguments[1]);
    load(&frame, arguments[2]);
    int listener = listening(), epoll = epoll_create1(0);
    watch(epoll, listener);
    watch(epoll, STDIN_FILENO);
    for (;;) {
        int ready = epoll_wait(epoll, events, EVENTS, -1);
        for (int at = 0; at < ready; at++) {
            int descriptor = events[at].data.fd;
            if (descriptor == listener) {
                admit(epoll, listener);
            } else if (descriptor == STDIN_FILENO) {
                ssize_t frames = read(STDIN_FILENO, asked, sizeof asked);
                if (frames <= 0) return 0;
                while (frames--) publish();
            } else {
                hear(descriptor);
            }
        }
    }
}
