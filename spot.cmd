@echo off
rem What ./spot is elsewhere: the command line out of the sources, the gate, the cleaning up. MSBuild itself sees what has to be built.
setlocal
set "root=%~dp0"
set "program=%root%artifacts\spot\spot.dll"
set DOTNET_NOLOGO=1
set DOTNET_CLI_TELEMETRY_OPTOUT=1
where /q dotnet || (echo spot: the .NET 10 SDK is missing: https://dotnet.microsoft.com/download/dotnet/10.0>&2& exit /b 1)
if "%~1"=="test" goto test
if "%~1"=="clean" goto clean
dotnet publish "%root%src\SpotArtifacts.Cli" --ucr -o "%root%artifacts\spot" -v quiet -clp:NoSummary >&2 <nul || exit /b 1
dotnet "%program%" %*
exit /b %errorlevel%
:test
dotnet run --file "%root%eng\test.cs" -- %*
exit /b %errorlevel%
:clean
if exist "%root%artifacts" rmdir /s /q "%root%artifacts"
