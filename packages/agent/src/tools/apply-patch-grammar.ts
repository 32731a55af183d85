/** The patches that Codex models are trained to write, as a Lark grammar; `parsePatch` reads a little more. */
export const APPLY_PATCH_GRAMMAR = `start: begin section+ end
begin: "*** Begin Patch" LF
end: "*** End Patch" LF?

section: add_file | delete_file | update_file
add_file: "*** Add File: " path LF added+
delete_file: "*** Delete File: " path LF
update_file: "*** Update File: " path LF move_to? change*

path: /(.+)/
added: "+" /(.*)/ LF
move_to: "*** Move to: " path LF

change: context | line | end_of_file
context: ("@@" | "@@ " /(.+)/) LF
line: (" " | "+" | "-") /(.*)/ LF
end_of_file: "*** End of File" LF

%import common.LF
`;
