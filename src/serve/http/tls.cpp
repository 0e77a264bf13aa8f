#include "serve/http/tls.h"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include "core/error.h"

namespace cellwise::serve::http {

boost::asio::ssl::context make_tls_context(const TlsFiles& files) {
    using boost::asio::ssl::context;
    context made(context::tls_server);
    made.set_options(context::default_workarounds | context::no_sslv2 | context::no_sslv3 | context::no_tlsv1 |
                     context::no_tlsv1_1 | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    boost::system::error_code error;
    made.use_certificate_chain_file(files.certificate.string(), error);
    if (error) {
        throw DataError(fmt::format("{}: not a certificate in PEM form that can be read", files.certificate.string()));
    }
    made.use_private_key_file(files.key.string(), context::pem, error);
    if (error) {
        throw DataError(fmt::format("{}: not a private key in PEM form for the certificate {}", files.key.string(),
                                    files.certificate.string()));
    }
    return made;
}

}  // namespace cellwise::serve::http
