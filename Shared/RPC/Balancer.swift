// The replicas of one service as one reactor sees them.

final class Balancer { func shutdown() {} }
package struct ClientStream: Sendable {}
