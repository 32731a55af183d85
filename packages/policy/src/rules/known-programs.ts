/** Programs of daily work. Being here says only that tier `high` need not ask about them. */
const NAMES = `
: . [ [[ true false test echo printf cd pwd pushd popd dirs export unset set shift return exit break continue local
declare typeset readonly read mapfile readarray let eval source trap wait jobs fg bg disown kill killall pkill sleep
times ulimit umask alias unalias hash type which whereis command builtin exec getopts help shopt bind enable compgen
complete history logout caller suspend select
ls cat tac head tail less more cp mv rm mkdir rmdir touch ln readlink realpath basename dirname stat file du df find
fd fdfind locate tree rename mktemp install sync truncate split csplit dd shred chmod chown mkfifo rsync
grep egrep fgrep zgrep rg ag ack sed gsed awk gawk mawk cut paste sort uniq tr wc nl od xxd hexdump strings column
comm join diff diff3 sdiff cmp patch colordiff rev fold fmt pr expand unexpand tee tsort shuf seq yes jot factor bc
expr numfmt iconv dos2unix unix2dos base64 base32 md5sum sha1sum sha256sum sha512sum shasum cksum b2sum md5 sum
date cal env printenv id whoami groups users who uname hostname arch nproc uptime free lscpu ps top htop pgrep pidof
lsof fuser vmstat iostat time timeout nice ionice nohup setsid stdbuf xargs parallel watch entr flock script tput
stty reset clear tty locale getconf getent getopt logger mesg ldd ldconfig nm objdump objcopy readelf ar ranlib strip
size addr2line c++filt pkg-config pkgconf
tar gzip gunzip zcat bzip2 bunzip2 bzcat xz unxz xzcat zstd unzstd lz4 zip unzip zipinfo 7z 7za unrar cpio ar
git git-lfs git-absorb tig hg svn fossil jj delta difft
sh bash dash zsh ksh fish busybox
python python2 python3 pypy pypy3 ipython pip pip3 pipx uv uvx poetry pdm hatch rye pipenv conda mamba tox nox pytest
py.test unittest black isort ruff flake8 pylint mypy pyright pyre bandit autopep8 yapf coverage pre-commit sphinx-build
mkdocs jupyter nbconvert papermill django-admin flask gunicorn uvicorn celery alembic cython maturin twine virtualenv
pyflakes pydocstyle vulture radon codespell behave hypothesis
node nodejs npm npx pnpm pnpx yarn bun bunx deno tsx ts-node tsc tsgo eslint oxlint oxfmt prettier biome jest vitest
mocha ava tap c8 nyc jasmine karma cypress playwright webpack rollup rolldown vite esbuild parcel swc babel turbo nx
lerna rush knip depcruise typedoc storybook next nuxt astro svelte-check ng vue-tsc nodemon concurrently cross-env
rimraf standard xo tsup tsdown stylelint markdownlint cspell commitlint husky lint-staged size-limit publint attw
corepack http-server serve ava rspack dprint
go gofmt goimports golangci-lint staticcheck gotestsum govulncheck dlv ginkgo mockgen wire protoc buf protoc-gen-go
cargo rustc rustfmt clippy-driver rustup rust-analyzer cargo-nextest wasm-pack cross miri
gcc g++ cc c++ clang clang++ cpp ld lld mold as make gmake cmake ctest cpack ninja meson autoconf automake autoreconf
aclocal autoheader libtool libtoolize m4 bison flex yacc gdb lldb valgrind strace ltrace perf gcov lcov gcovr
clang-format clang-tidy cppcheck ccache sccache bazel bazelisk buck2 scons xmake conan vcpkg include-what-you-use
java javac jar javap mvn mvnw gradle gradlew ant sbt scala scalac kotlin kotlinc lein clojure clj groovy ktlint
checkstyle spotbugs jshell jdeps
ruby irb gem bundle bundler rake rspec rubocop rails minitest standardrb sorbet srb brakeman reek
php composer phpunit phpstan psalm phpcs phpcbf php-cs-fixer pest artisan phan rector
perl prove cpan cpanm perltidy perlcritic lua luajit luacheck busted luarocks tclsh Rscript R julia ghc cabal stack
hlint ormolu runghc ocaml dune opam elixir mix iex erl rebar3 erlc dotnet msbuild nuget csc fsharpc swift swiftc
swiftformat swiftlint xcodebuild dart flutter zig nim nimble crystal shards v gleam roc odin racket raco guile sbcl
emacs vim vi nvim nano ed ex
jq yq xmllint xsltproc csvkit mlr dasel gron fx hjson toml-cli taplo yamllint actionlint shellcheck shfmt bats hadolint
sqlite3 psql mysql mariadb redis-cli redis-server mongosh pg_ctl initdb createdb dropdb pg_dump postgres duckdb
pandoc asciidoctor doxygen latex pdflatex xelatex dot plantuml mmdc convert magick identify ffmpeg ffprobe exiftool
inkscape rsvg-convert optipng pngquant
openssl gpg ssh-keygen ssh-add ssh-agent age sops keytool certutil
just task helm mage invoke fab doit ansible-lint terraform tflint checkov trivy semgrep gitleaks trufflehog syft grype
cloc tokei scc hyperfine wrk fzf bat exa eza lsd zoxide direnv mise asdf nix-shell tmux screen expect
mdbook zola hugo jekyll gatsby eleventy vale textlint lychee
mount ifconfig ip sysctl mknod route bridge service apt-cache dpkg dpkg-query rpm apt apt-get apk brew yum dnf pacman
curl wget http https nc ncat netcat socat ssh scp sftp ping dig host nslookup telnet man gh
apply_patch applypatch drydock
`;

export const KNOWN_PROGRAMS: ReadonlySet<string> = new Set(NAMES.split(/\s+/).filter((name) => name !== ''));
