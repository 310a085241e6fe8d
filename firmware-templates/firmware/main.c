/* The test firmware: answers requests on the serial line (docs/protocol.md of tablize). */
#include "port.h"
#include "serve.h"

int main(void)
{
  port_init();
  serve_run();
  return 0;
}
