// weir: the command line of operators and officials.

import Foundation
import WeirCLI

exit(await runProgram().rawValue)
