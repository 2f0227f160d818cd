// weir-gateway: parses its configuration, wires the gateway, runs it.

import Boot
import Foundation

exit(await runService("gateway", build: buildGateway))
