#include <gtest/gtest.h>

#include "serve/http/guard.h"
#include "serve/http/request_head.h"
#include "serve/http/target.h"

namespace cellwise::serve::http {
namespace {

TEST(Target, DecodesEachPartOnce) {
    const auto target = parse_target("/v1/runs/a%2Fb?from=3&name=%ED%95%9C&x");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->path, (std::vector<std::string>{"v1", "runs", "a/b"}));
    ASSERT_EQ(target->query.size(), 3U);
    EXPECT_EQ(target->query[1].second, "\xED\x95\x9C");
    EXPECT_EQ(parse_target("/%252e%252e")->path.front(), "%2e%2e");
}

TEST(Target, RefusesWhatLeadsElsewhere) {
    for (const auto* target : {"", "*", "http://x/", "/..", "/a/../b", "/%2e%2e", "/.", "//a", "/%", "/%4", "/%gg",
                               "/%00", "/%0a", "/%ff", "/a#b"}) {
        EXPECT_FALSE(parse_target(target)) << target;
    }
}

TEST(RequestHead, ReadsAPlainOne) {
    const auto parsed = parse_request_head("POST /v1/predict HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\n");
    const auto* head = std::get_if<RequestHead>(&parsed);
    ASSERT_NE(head, nullptr);
    EXPECT_EQ(head->content_length, 12U);
    EXPECT_TRUE(head->keep_alive);
    EXPECT_EQ(head->host, "a");
}

TEST(RequestHead, EndsBehindTheEmptyLineAlone) {
    const auto end = [](std::string_view bytes) {
        return std::get<std::optional<std::size_t>>(find_head_end(bytes, 100));
    };
    EXPECT_EQ(end("GET / HTTP/1.1\r\n\r\nrest"), 18U);
    EXPECT_EQ(end("GET / HTTP/1.1\r\n\r"), std::nullopt);
    EXPECT_EQ(std::get<Refusal>(find_head_end("GET /\n", 100)).status, 400);
    EXPECT_EQ(std::get<Refusal>(find_head_end(std::string(101, 'a'), 100)).status, 431);
}

TEST(Guard, KnowsNamesWithoutTheirPorts) {
    EXPECT_EQ(host_name("LocalHost:80"), "localhost");
    EXPECT_EQ(host_name("[::1]:80"), "::1");
    for (const auto* host : {"", ":80", "a:b", "a:123456", "[::1", "[::1]x", "a:1:2"})
        EXPECT_FALSE(host_name(host)) << host;
    EXPECT_TRUE(is_loopback("127.0.0.9"));
    EXPECT_FALSE(is_loopback("127.0.0.1.example"));
}

TEST(Guard, TakesTokenAndCookie) {
    const Guard guard({{}, "a-token-of-some-length", "c", false});
    RequestHead head;
    EXPECT_FALSE(guard.knows_token(head));
    head.authorization = "Bearer a-token-of-some-length";
    EXPECT_TRUE(guard.knows_token(head));
    head.authorization.clear();
    const auto cookie = guard.session_cookie();
    head.cookie = "x=1; " + cookie.substr(0, cookie.find(';'));
    EXPECT_TRUE(guard.knows_token(head));
    head.cookie.back() = head.cookie.back() == '0' ? '1' : '0';
    EXPECT_FALSE(guard.knows_token(head));
    EXPECT_TRUE(Guard({}).knows_token(RequestHead()));
}

}  // namespace
}  // namespace cellwise::serve::http
