#pragma once

#include <string_view>

namespace cellwise::fuzz {

/// For targets whose reader works in a child process (interchange/limited_process.h), where libFuzzer sees nothing.
/// Children end by their crashes, not by libFuzzer's report of them: those are foreseen.
void let_children_crash();

/// Tells libFuzzer how a child ended, so that inputs with a new message are kept.
void report_outcome(std::string_view message);

}  // namespace cellwise::fuzz
