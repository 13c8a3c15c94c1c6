// Making key pairs for CURVE.
#pragma once

#include "base/curve_key.hpp"
#include "base/result.hpp"

namespace trade::access {

/// A new pair; `internal` where libsodium cannot be used.
Result<CurveKeyPair> make_curve_key_pair();

}  // namespace trade::access
