"""Passkeys and recovery codes as a person meets them: a real Chromium with an authenticator of its own, under our policy."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.authenticator import totp
from tests.browser.conftest import PASSWORD, Visitor
from tests.browser.test_accessibility import assert_accessible

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def with_authenticator(visitor, name: str, **options: object) -> Visitor:
    """Somebody whose device can keep passkeys. A passkey belongs to a name, so the site is called by its own."""
    person: Visitor = await visitor(name)
    person.site = person.site.replace("127.0.0.1", "localhost")
    devtools = await person.page.context.new_cdp_session(person.page)
    await devtools.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {**device, **options}})
    return await person.sign_up()


async def add_passkey(person: Visitor, *, alone: bool = True) -> list[str]:
    """From the settings to the recovery codes, which are returned."""
    page = person.page
    await person.go("/settings/")
    await page.get_by_role("link", name="Passkeys and second step").click()
    await page.get_by_role("link", name="Add a passkey").click()
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Confirm").click()
    await page.get_by_label("What you call it").fill("My laptop")
    await page.get_by_label("Log in with it alone").set_checked(alone)
    await assert_accessible(person, "adding a passkey")
    await page.get_by_role("button", name="Make the passkey").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    return await page.locator("#recovery-codes li").all_inner_texts()


async def log_out(person: Visitor) -> None:
    await person.page.locator("header").get_by_role("button", name="Log out").click()
    await person.go("/accounts/login/")


async def test_a_passkey_lets_its_owner_in_without_a_password(visitor):
    alice = await with_authenticator(visitor, "alice")
    await add_passkey(alice)
    await log_out(alice)
    await assert_accessible(alice, "log in with a passkey")
    await alice.page.get_by_role("button", name="Log in with a passkey").click()
    await alice.stands("Waiting for someone")


async def test_it_leads_where_the_page_wanted_to_go(visitor):
    alice = await with_authenticator(visitor, "alice")
    await add_passkey(alice)
    await log_out(alice)
    await alice.go("/accounts/login/?next=/settings/")
    await alice.page.get_by_role("button", name="Log in with a passkey").click()
    await expect(alice.page.get_by_role("heading", level=1)).to_have_text("Settings")


async def test_a_passkey_can_be_the_second_step(visitor):
    alice = await with_authenticator(visitor, "alice", hasResidentKey=False)
    codes = await add_passkey(alice, alone=False)
    await log_out(alice)
    await alice.page.get_by_label("User name").fill(alice.username)
    await alice.page.get_by_label("Password").fill(PASSWORD)
    await alice.page.get_by_role("button", name="Log in", exact=True).click()
    await expect(alice.page.get_by_role("heading", level=1)).to_have_text("One more step")
    await assert_accessible(alice, "the second step")
    await alice.page.get_by_role("button", name="Use a passkey").click()
    await alice.stands("Waiting for someone")
    await log_out(alice)
    await alice.page.get_by_label("User name").fill(alice.username)
    await alice.page.get_by_label("Password").fill(PASSWORD)
    await alice.page.get_by_role("button", name="Log in", exact=True).click()
    await alice.page.get_by_label("Code").fill(codes[0])
    await alice.page.get_by_role("button", name="Log in", exact=True).click()
    await alice.stands("Waiting for someone")


async def test_a_passkey_says_who_it_is_before_a_change_and_can_be_renamed_and_removed(visitor):
    alice = await with_authenticator(visitor, "alice")
    await add_passkey(alice)
    await log_out(alice)
    await alice.page.get_by_role("button", name="Log in with a passkey").click()
    await alice.stands("Waiting for someone")
    page = alice.page
    await alice.go("/accounts/2fa/webauthn/")
    await assert_accessible(alice, "the list of passkeys")
    await page.get_by_role("link", name="Rename").click()
    await page.get_by_role("link", name="Use a passkey").click()
    await assert_accessible(alice, "asked once more")
    await page.get_by_role("button", name="Use a passkey").click()
    await page.get_by_label("What you call it").fill("Desk")
    await assert_accessible(alice, "renaming")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".login__name")).to_contain_text("Desk")
    await page.get_by_role("link", name="Remove").click()
    await assert_accessible(alice, "removing")
    await page.get_by_role("button", name="Remove").click()
    await expect(page.locator("main")).to_contain_text("You have no passkey.")
    await log_out(alice)
    await page.get_by_role("button", name="Log in with a passkey").click()
    await expect(page.get_by_role("status")).to_contain_text("That is not a passkey of this account.")


async def test_a_device_that_has_one_already_says_so(visitor):
    alice = await with_authenticator(visitor, "alice")
    await add_passkey(alice)
    await alice.go("/accounts/2fa/webauthn/add/")
    await alice.page.get_by_role("button", name="Make the passkey").click()
    await expect(alice.page.get_by_role("alert")).to_contain_text("has a passkey for your account already")


async def test_at_a_number_for_an_address_it_says_what_to_do(visitor):
    alice = await visitor("alice")
    await alice.go("/accounts/login/")
    await alice.page.get_by_role("button", name="Log in with a passkey").click()
    await expect(alice.page.get_by_role("alert")).to_contain_text("localhost")


async def test_recovery_codes_can_be_kept_in_a_file_and_in_the_clipboard(visitor):
    alice = await with_authenticator(visitor, "alice")
    await alice.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    codes = await add_passkey(alice)
    assert len(codes) == 10
    await assert_accessible(alice, "recovery codes")
    async with alice.page.expect_download() as started:
        await alice.page.get_by_role("button", name="Download").click()
    download = await started.value
    assert download.suggested_filename == f"tandem-{alice.username}.txt"
    written = (await asyncio.to_thread(Path(await download.path()).read_bytes)).decode()
    assert re.findall(r"^\d{8}$", written, re.MULTILINE) == codes
    await alice.page.get_by_role("button", name="Copy").click()
    await expect(alice.page.get_by_role("status").last).to_contain_text("Copied")
    assert await alice.page.evaluate("navigator.clipboard.readText()") == written
    await alice.page.reload()
    await expect(alice.page.locator("main")).not_to_contain_text(codes[0])


async def test_an_authenticator_app_is_set_up_from_the_picture_and_asked_for(visitor):
    alice = await visitor("alice")
    await alice.sign_up()
    page = alice.page
    await alice.go("/accounts/2fa/totp/activate/")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Confirm").click()
    picture = page.get_by_role("img", name="QR code for the authenticator app")
    await expect(picture).to_be_visible()
    assert (await picture.bounding_box() or {})["width"] > 150
    await page.get_by_text("The app cannot scan it?").click()
    await assert_accessible(alice, "setting up an app")
    secret = await page.locator("#totp-secret").inner_text()
    await page.get_by_label("Authenticator code").fill(totp(secret))
    await page.get_by_role("button", name="Switch it on").click()
    await page.get_by_role("link", name="I have kept them").click()
    await assert_accessible(alice, "security")
