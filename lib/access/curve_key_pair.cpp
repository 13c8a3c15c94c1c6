#include "access/curve_key_pair.hpp"

#include <tuple>

#include <sodium.h>

namespace trade::access {

static_assert(crypto_box_PUBLICKEYBYTES == std::tuple_size_v<CurveKey>);
static_assert(crypto_box_SECRETKEYBYTES == std::tuple_size_v<CurveKey>);

Result<CurveKeyPair> make_curve_key_pair() {
  if (sodium_init() < 0) return fail(ErrorCode::internal, "libsodium cannot be used on this machine");
  CurveKeyPair pair;
  crypto_box_keypair(pair.public_key.data(), pair.secret_key.data());
  return pair;
}

}  // namespace trade::access
