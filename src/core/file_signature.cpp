#include "core/file_signature.h"

#include <array>

namespace cellwise {
namespace {

using namespace std::string_view_literals;

constexpr auto web_page = "a web page: download the file itself"sv;

struct Signature {
    std::string_view bytes, told;
};
constexpr std::array signatures{
    Signature{"7z\xbc\xaf"sv, "packed by 7-Zip: unpack it"sv},
    Signature{"Rar!"sv, "packed by RAR: unpack it"sv},
    Signature{"version https://git-lfs"sv, "a pointer of Git LFS, not the file itself: run git lfs pull"sv},
    Signature{"<!DOCTYPE html"sv, web_page},
    Signature{"<!DOCTYPE HTML"sv, web_page},
    Signature{"<!doctype html"sv, web_page},
    Signature{"<html"sv, web_page},
    Signature{"<HTML"sv, web_page},
};

}  // namespace

std::string_view foreign_file(std::string_view first_bytes) {
    for (const auto& signature : signatures) {
        if (first_bytes.starts_with(signature.bytes)) return signature.told;
    }
    return {};
}

}  // namespace cellwise
