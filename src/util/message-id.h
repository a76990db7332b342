/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What the log says that a program or a person may wait for: `journalctl MESSAGE_ID=…`. Each has an entry in
 * catalog/, which `journalctl -x` shows. Never change one. */

#define MESSAGE_PUBLISHED           "29716ca53eb547988e15090fb895251d"
#define MESSAGE_CONFLICT            "05f885b7dd0b4ee98ef8fde43e5ed943"
#define MESSAGE_PARKED              "f0df8931142d46d394ae41b2b55bcf30"
#define MESSAGE_PROBLEM             "12c231f99d074e3683a4bfef12228f16"
#define MESSAGE_RECOVERED           "f069dbfa1d694cf3ba863a9ee09a84ad"
#define MESSAGE_PLANNED             "d064a2b9724b4ebb86d764fea89edf2e"
#define MESSAGE_BAD_CONFIGURATION   "22d34941d3d7472e93300a7258e3fbb6"
#define MESSAGE_STATE_FILE          "56f54738cb784cf2a163a3fe7da3572f"
#define MESSAGE_LISTEN              "15e3e2c30c4f4653918e362aeaf92fc8"
#define MESSAGE_BUS_NAME_TAKEN      "a3b0c6e8c2c8409f8dd920bfccd532cb"
#define MESSAGE_BUS_LOST            "7b5e4228517a446f9c5ef759326b5bf9"
#define MESSAGE_INTERFACE_WITHDRAWN "383496d67ad04133b96925551f5f2044"
#define MESSAGE_MEMBER_DOWN         "e890e417e0d848cfb132cf4d11405fe2"
#define MESSAGE_MEMBER_UP           "046143ad8c1e4955bd8ff3c3820ceae3"
#define MESSAGE_POOL_FAILOVER       "1bf2dcbeca3c4eb38006993ec464f9a7"
#define MESSAGE_POOL_FAILBACK       "0607b5e891744c9a83d5b563f867e2b5"
#define MESSAGE_POOL_HELD           "dcc3794021f945bf8d958f080a8b6f36"
#define MESSAGE_OBSERVER_LOST       "7a897947af8d42f9b3929d872a2e6f4b"
#define MESSAGE_OBSERVER_OK         "65475baab10046b58f0a0bdf7f7533a4"
#define MESSAGE_OPERATOR            "2d89308ed868476f963c41530d6390b1"
#define MESSAGE_CHECK_IMPOSSIBLE    "8bf9a98b377a4ad1a0e88ca5d885b37e"
#define MESSAGE_HOOK_FAILED         "e5e1aff56f1b4a5da26d0771df1ecbdc"
