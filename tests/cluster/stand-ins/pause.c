// Holds the namespaces of a pod until it is told to end.
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static void end(int signal) {
  (void)signal;
  exit(0);
}

int main(void) {
  signal(SIGINT, end);
  signal(SIGTERM, end);
  for (;;) pause();
}
