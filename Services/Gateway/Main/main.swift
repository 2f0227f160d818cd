// weir-gateway: parses its configuration, wires the gateway, runs it.

import Boot
import Foundation

// On the main thread from the first line, so that every later thread inherits the blocked signals.
exit(await runService("gateway", build: buildGateway))
