#include "serve/http/target.h"

#include <algorithm>

#include "core/utf8.h"

namespace cellwise::serve::http {
namespace {

int hexadecimal(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

std::optional<std::string> decoded_part(std::string_view text) {
    auto part = percent_decoded(text);
    if (!part || first_invalid_utf8(*part)) return {};
    const auto steers = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (std::ranges::any_of(*part, steers)) return {};
    return part;
}

bool split_path(std::string_view path, std::vector<std::string>& segments) {
    path.remove_prefix(1);
    while (!path.empty()) {
        const auto end = std::min(path.find('/'), path.size());
        auto segment = decoded_part(path.substr(0, end));
        if (!segment || segment->empty() || *segment == "." || *segment == "..") return false;
        segments.push_back(std::move(*segment));
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return true;
}

bool split_query(std::string_view query, std::vector<std::pair<std::string, std::string>>& parameters) {
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const auto pair = query.substr(0, end);
        const auto equals = std::min(pair.find('='), pair.size());
        auto name = decoded_part(pair.substr(0, equals));
        auto value = decoded_part(pair.substr(std::min(equals + 1, pair.size())));
        if (!name || !value) return false;
        parameters.emplace_back(std::move(*name), std::move(*value));
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    return true;
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return {};
        const int high = hexadecimal(text[i + 1]), low = hexadecimal(text[i + 2]);
        if (high < 0 || low < 0) return {};
        decoded += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return decoded;
}

std::optional<Target> parse_target(std::string_view target) {
    if (target.empty() || target.front() != '/' || target.find('#') != std::string_view::npos) return {};
    const auto question = std::min(target.find('?'), target.size());
    Target parts;
    if (!split_path(target.substr(0, question), parts.path)) return {};
    if (!split_query(target.substr(std::min(question + 1, target.size())), parts.query)) return {};
    return parts;
}

}  // namespace cellwise::serve::http
